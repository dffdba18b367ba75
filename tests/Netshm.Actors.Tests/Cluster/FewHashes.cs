namespace Netshm.Actors.Tests.Cluster;

/// <summary>Strings with three hashes only.</summary>
internal sealed class FewHashes : DataManager<string>
{
    public override int LengthInWords(string value) => DataManagers.String.LengthInWords(value);

    public override void Encode(string value, Span<int> destination) =>
        DataManagers.String.Encode(value, destination);

    public override string Decode(ReadOnlySpan<int> words) => DataManagers.String.Decode(words);

    public override int Hash(string value) => value[0] % 3;
}
