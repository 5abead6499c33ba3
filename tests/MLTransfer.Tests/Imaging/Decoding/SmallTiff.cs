using System.Buffers.Binary;

namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>A TIFF of one strip without compression, with any tags: sound files of kinds that Pillow does not write.</summary>
internal static class SmallTiff
{
    private const int HeaderLength = 8, EntryLength = 12;

    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="samples">Values of each pixel.</param>
    /// <param name="bits">Bits of each value.</param>
    /// <param name="values">The bytes of the strip.</param>
    /// <param name="more">Further tags, or others in place of the usual ones.</param>
    internal static byte[] Of(int width, int height, int samples, int bits, byte[] values, params (ushort Tag, uint[] Values)[] more)
    {
        SortedDictionary<ushort, uint[]> tags = new()
        {
            [256] = [(uint)width], [257] = [(uint)height], [258] = [.. Enumerable.Repeat((uint)bits, samples)], [259] = [1],
            [262] = [samples < 3 ? 1u : 2u],
            [273] = [HeaderLength], [277] = [(uint)samples], [278] = [(uint)height], [279] = [(uint)values.Length],
        };
        foreach ((ushort tag, uint[] numbers) in more)
            tags[tag] = numbers;
        int directory = HeaderLength + values.Length, behind = directory + 2 + tags.Count * EntryLength + 4;
        byte[] file = new byte[behind + tags.Values.Sum(numbers => numbers.Length > 1 ? numbers.Length * 4 : 0)];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), directory);
        values.CopyTo(file, HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(directory), (ushort)tags.Count);
        int at = directory + 2;
        foreach ((ushort tag, uint[] numbers) in tags)
        {
            Span<byte> entry = file.AsSpan(at, EntryLength);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], numbers.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], numbers.Length > 1 ? (uint)behind : numbers[0]);
            foreach (uint number in numbers.Length > 1 ? numbers : [])
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(behind), number);
                behind += 4;
            }
            at += EntryLength;
        }
        return file;
    }
}
