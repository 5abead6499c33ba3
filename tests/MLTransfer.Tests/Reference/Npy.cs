using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MLTransfer.Tests.Reference;

/// <summary>NumPy's files, as far as reference values need them.</summary>
internal static class Npy
{
    /// <summary>The numbers of a file of float32: a magic number, the version, the length of the header, the header, the numbers.</summary>
    public static float[] Floats(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)))).ToArray();
    }
}
