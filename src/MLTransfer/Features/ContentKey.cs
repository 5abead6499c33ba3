using System.Runtime.InteropServices;

namespace MLTransfer.Features;

/// <summary>The SHA-256 of an image's content, as a key of dictionaries.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ContentKey(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    public static ContentKey From(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, Size, nameof(hash));
        return MemoryMarshal.Read<ContentKey>(hash);
    }
}
