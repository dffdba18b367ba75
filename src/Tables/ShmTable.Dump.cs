using System.Globalization;

namespace Netshm;

/// <content>The table as text.</content>
public sealed partial class ShmTable
{
    /// <summary>Writes all bindings as text (the original's <c>dump</c>), locked for reading meanwhile.</summary>
    public void Dump(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Group(
            () =>
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"<shm length={Count}\n"));
                Iterate((key, value) => DumpBinding(writer, key, value));
                writer.Write(">\n");
            },
            GroupIntent.Read);
        writer.Flush();
    }

    /// <summary>Writes word by word, so that a long value does not have to be in memory as text.</summary>
    private static void DumpBinding(TextWriter writer, int key, ReadOnlySpan<int> value)
    {
        Span<char> number = stackalloc char[11];
        key.TryFormat(number, out int length, default, CultureInfo.InvariantCulture);
        writer.Write("  ");
        writer.Write(number[..length]);
        writer.Write(" => [| ");
        for (int i = 0; i < value.Length; i++)
        {
            value[i].TryFormat(number, out length, default, CultureInfo.InvariantCulture);
            writer.Write(i == 0 ? "" : "; ");
            writer.Write(number[..length]);
        }

        writer.Write(" |]\n");
    }
}
