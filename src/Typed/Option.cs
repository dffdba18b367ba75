using System.Diagnostics.CodeAnalysis;

namespace Netshm;

/// <summary>A value or none, for any type and nestable (OCaml's <c>option</c>); the default is none.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[SuppressMessage("Naming", "CA1716", Justification = "A keyword of Visual Basic only, and OCaml's name for it.")]
public readonly record struct Option<T>
{
    private readonly T _value;

    /// <summary>Creates an option that holds the value.</summary>
    public Option(T value)
    {
        _value = value;
        HasValue = true;
    }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => HasValue ? _value : throw new InvalidOperationException("the option holds no value");

    /// <summary>Makes an option of a value, so that one can be written where an option is expected.</summary>
    public static implicit operator Option<T>(T value) => new(value);

    /// <summary><c>Some VALUE</c> or <c>None</c>.</summary>
    public override string ToString() => HasValue ? $"Some {_value}" : "None";
}
