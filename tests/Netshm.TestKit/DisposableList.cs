namespace Netshm.TestKit;

/// <summary>A list that disposes its elements, all of them even if one fails.</summary>
public sealed class DisposableList<T> : List<T>, IDisposable
    where T : IDisposable
{
    /// <summary>Disposes the elements.</summary>
    /// <exception cref="AggregateException">Some element's disposal failed.</exception>
    public void Dispose()
    {
        List<Exception> failures = [];
        foreach (T element in this)
        {
            try
            {
                element.Dispose();
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
