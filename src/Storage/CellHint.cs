namespace Netshm.Storage;

/// <summary>The first cell that the search for a key looks at, found out before the table was locked.</summary>
/// <param name="FirstWord">The cell's first word, counted from the start of the file; 0 when nothing is known.</param>
/// <param name="Structure">The structure's sequence word under which this is so.</param>
internal readonly record struct CellHint(long FirstWord, long Structure);
