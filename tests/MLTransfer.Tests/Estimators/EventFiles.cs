using System.Buffers.Binary;
using System.Numerics;
using Tensorboard;

namespace MLTransfer.Tests.Estimators;

/// <summary>Reads TensorBoard's event files: records of a length, its checksum, an event, and its checksum.</summary>
internal static class EventFiles
{
    /// <summary>The events of all files in a folder, file by file in the order of their names, which begin with the time.</summary>
    public static IReadOnlyList<Event> Read(string folder) =>
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).SelectMany(file => Parse(File.ReadAllBytes(file)))];

    /// <summary>The values of all events, each with the step of its event.</summary>
    public static IEnumerable<(long Step, Summary.Types.Value Value)> Values(IEnumerable<Event> events) =>
        events.Where(each => each.Summary is not null).SelectMany(each => each.Summary.Value.Select(value => (each.Step, value)));

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes) crc = BitOperations.Crc32C(crc, each);
        return ~crc;
    }

    private static List<Event> Parse(ReadOnlySpan<byte> rest)
    {
        var events = new List<Event>();
        while (rest.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(rest);
            Assert.Equal(Masked(Crc(rest[..8])), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            ReadOnlySpan<byte> content = rest.Slice(12, length);
            Assert.Equal(Masked(Crc(content)), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            // The generated classes of TorchSharp can be read from arrays only.
            events.Add(Event.Parser.ParseFrom(content.ToArray()));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    // As TFRecord masks it: rotated right by 15 bits, plus a constant.
    private static uint Masked(uint crc) => unchecked(BitOperations.RotateRight(crc, 15) + 0xa282ead8);
}
