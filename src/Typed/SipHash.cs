using System.Buffers.Binary;
using System.Numerics;

namespace Netshm.Typed;

/// <summary>
/// SipHash-2-4 of words (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012): without the key nobody can find
/// inputs with the same hash, nor learn the key from hashes.
/// </summary>
internal readonly struct SipHash
{
    public const int KeyLengthInBytes = 16;

    private readonly ulong _key0;
    private readonly ulong _key1;

    /// <exception cref="ArgumentException">The key doesn't have 16 bytes.</exception>
    public SipHash(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLengthInBytes)
            throw new ArgumentException($"the secret has {key.Length} bytes; expected {KeyLengthInBytes}", nameof(key));
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);
    }

    /// <summary>Hashes words, each as its four bytes from the lowest on.</summary>
    public ulong Of(ReadOnlySpan<int> words)
    {
        const int wordsPerBlock = 2;
        const int compressionRounds = 2, finalRounds = 4;
        var state = new State(_key0, _key1);
        int i = 0;
        for (; i + wordsPerBlock <= words.Length; i += wordsPerBlock)
            state.Add((uint)words[i] | ((ulong)(uint)words[i + 1] << 32), compressionRounds);

        // The last block has the rest, and the length in bytes in its highest byte.
        ulong rest = i < words.Length ? (uint)words[i] : 0;
        state.Add(rest | ((ulong)(byte)(words.Length * sizeof(int)) << 56), compressionRounds);
        return state.Finish(finalRounds);
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Add(ulong block, int rounds)
        {
            _v3 ^= block;
            Mix(rounds);
            _v0 ^= block;
        }

        public ulong Finish(int rounds)
        {
            _v2 ^= 0xff;
            Mix(rounds);
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Mix(int rounds)
        {
            for (int round = 0; round < rounds; round++)
            {
                _v0 += _v1;
                _v2 += _v3;
                _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
                _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
                _v0 = BitOperations.RotateLeft(_v0, 32) + _v3;
                _v2 += _v1;
                _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
                _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
                _v2 = BitOperations.RotateLeft(_v2, 32);
            }
        }
    }
}
