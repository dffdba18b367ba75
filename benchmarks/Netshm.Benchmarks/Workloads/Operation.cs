namespace Netshm.Benchmarks.Workloads;

/// <summary>What one entry of an <see cref="OperationTrace"/> asks for.</summary>
internal enum Operation
{
    /// <summary>Read the value of a key, which is bound.</summary>
    Read = 0,

    /// <summary>Replace the value of a key, which is bound.</summary>
    Replace = 1,

    /// <summary>Bind a key that is not bound.</summary>
    Add = 2,

    /// <summary>Remove the only binding of a key.</summary>
    Remove = 3,

    /// <summary>Read a value, modify it and write it back, with nobody else in between.</summary>
    Modify = 4,

    /// <summary>Read so many keys at once as the entry says; they follow as entries that ask for reading.</summary>
    ReadMany = 5,

    /// <summary>Replace the values of so many keys, all or none; they follow as entries.</summary>
    Transact = 6,

    /// <summary>Go over all bindings.</summary>
    Iterate = 7,
}
