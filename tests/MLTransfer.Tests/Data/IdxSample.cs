using System.Buffers.Binary;
using System.IO.Compression;

namespace MLTransfer.Tests.Data;

/// <summary>IDX files written number by number.</summary>
internal static class IdxSample
{
    public static byte[] Of(byte type, int[] dimensions, params byte[] numbers)
    {
        byte[] file = [0, 0, type, (byte)dimensions.Length, .. new byte[4 * dimensions.Length], .. numbers];
        for (int index = 0; index < dimensions.Length; index++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * index)), dimensions[index]);
        return file;
    }

    /// <summary>Images of 2 columns and 3 rows whose pixels are numbered from 0 on.</summary>
    public static byte[] Images(int count) => Of(8, [count, 3, 2], [.. Enumerable.Range(0, 6 * count).Select(pixel => (byte)pixel)]);

    public static byte[] Labels(params byte[] labels) => Of(8, [labels.Length], labels);

    public static byte[] Gzipped(byte[] content)
    {
        using MemoryStream target = new();
        using (GZipStream zipped = new(target, CompressionLevel.Optimal))
            zipped.Write(content);
        return target.ToArray();
    }
}
