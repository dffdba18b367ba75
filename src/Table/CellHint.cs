namespace Netshm;

/// <summary>Where a key's cell was found before the table was locked.</summary>
/// <param name="FirstWord">The cell's first word, counted from the start of the file; 0 when nothing is known.</param>
/// <param name="Structure">The structure's sequence word under which this is so.</param>
internal readonly record struct CellHint(long FirstWord, long Structure);
