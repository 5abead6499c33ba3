using System.IO.Hashing;

namespace MLTransfer.Tests.Files;

public class Crc32Tests
{
    // The check value of the CRC catalog for CRC-32/ISO-HDLC.
    [Fact]
    public void The_checksum_of_the_digits_is_the_published_one() => Assert.Equal(0xCBF43926u, Of("123456789"u8, 0));

    // The same polynomial bit by bit, over lengths around the step of eight.
    [Fact]
    public void Every_length_in_two_parts_gives_the_same_as_bit_by_bit()
    {
        byte[] bytes = new byte[300];
        new Random(3).NextBytes(bytes);

        for (int length = 0; length <= bytes.Length; length++)
            Assert.Equal(BitByBit(bytes.AsSpan(0, length)), Of(bytes.AsSpan(0, length), length / 3));
    }

    private static uint Of(ReadOnlySpan<byte> bytes, int first)
    {
        var checksum = new Crc32();
        checksum.Append(bytes[..first]);
        checksum.Append(bytes[first..]);
        return checksum.GetCurrentHashAsUInt32();
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
