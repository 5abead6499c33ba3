using System.Buffers.Binary;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

public class TiffTests
{
    private const ushort Compression = 259, Colors = 262, Extra = 338, SampleFormat = 339;

    [Theory]
    [InlineData(0u)]
    [InlineData(null)]
    public void A_fourth_band_that_is_not_said_to_be_alpha_changes_nothing(uint? kind)
    {
        byte[] file = SmallTiff.Of(1, 1, 4, 8, [10, 20, 30, 0], kind is { } said ? [(Extra, [said])] : []);

        Assert.Equal([10, 20, 30], Pixels(file));
    }

    [Theory]
    [InlineData(new byte[] { 10, 20, 30, 0, 255 }, new uint[] { 0, 2 }, new byte[] { 10, 20, 30 })]
    [InlineData(new byte[] { 10, 20, 30, 255, 0 }, new uint[] { 0, 2 }, new byte[] { 255, 255, 255 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 255 }, new uint[] { 1, 0 }, new byte[] { 255, 255, 255 })]
    [InlineData(new byte[] { 10, 20, 30, 0, 0 }, new uint[] { 0, 0 }, new byte[] { 10, 20, 30 })]
    public void Of_five_bands_only_the_one_that_is_said_to_be_alpha_is(byte[] values, uint[] kinds, byte[] seen) =>
        Assert.Equal(seen, Pixels(SmallTiff.Of(1, 1, 5, 8, values, (Extra, kinds))));

    [Fact]
    public void A_second_band_of_a_gray_image_is_left_out_and_a_second_alpha_is_seen()
    {
        Assert.Equal([10, 10, 10], Pixels(SmallTiff.Of(1, 1, 2, 8, [10, 0], (Extra, [0]))));
        Assert.Equal([255, 255, 255], Pixels(SmallTiff.Of(1, 1, 2, 8, [10, 0], (Extra, [2]))));
    }

    [NeedsSharedFact("cases/rgbn_unspec.tiff")]
    public void An_image_of_red_green_blue_and_infrared_shows_its_first_three_bands()
    {
        Image image = new FileImage(SharedFolder.PathOf("cases/rgbn_unspec.tiff")).Decode();

        Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
        Assert.DoesNotContain(image.Pixels.Chunk(3), pixel => pixel.All(level => level == 255));
    }

    public static TheoryData<string, byte[]> NotRead => new()
    {
        { "a TIFF image of 32-bit floating-point numbers; save it", SmallTiff.Of(1, 1, 1, 32, new byte[4], (SampleFormat, [3])) },
        { "a TIFF image of 16-bit floating-point numbers", SmallTiff.Of(1, 1, 3, 16, new byte[6], (SampleFormat, [3, 3, 3])) },
        { "a TIFF image of 16-bit signed numbers", SmallTiff.Of(1, 1, 1, 16, new byte[2], (SampleFormat, [2])) },
        { "a TIFF image of 64-bit complex numbers", SmallTiff.Of(1, 1, 1, 64, new byte[8], (SampleFormat, [6])) },
        { "a TIFF image of 32 bits a value", SmallTiff.Of(1, 1, 1, 32, new byte[4]) },
        { "a TIFF image of 12 bits a value", SmallTiff.Of(2, 1, 1, 12, new byte[3]) },
        { "a TIFF image of values with different numbers of bits (5, 6, 5)", SmallTiff.Of(1, 1, 3, 8, new byte[2], (258, [5, 6, 5])) },
        { "a TIFF image of 4 bands, none of which is said", SmallTiff.Of(1, 1, 4, 8, new byte[4], (Colors, [1]), (Extra, [0, 0, 0])) },
        { "a TIFF image of CIE L*a*b* colors", SmallTiff.Of(1, 1, 3, 8, new byte[3], (Colors, [8])) },
        { "a TIFF image of YCbCr values without JPEG compression", SmallTiff.Of(1, 1, 3, 8, new byte[3], (Colors, [6])) },
        { "a TIFF image of inks other than CMYK", SmallTiff.Of(1, 1, 4, 8, new byte[4], (Colors, [5]), (332, [2])) },
        { "a TIFF image of logarithmic brightness", SmallTiff.Of(1, 1, 1, 16, new byte[2], (Colors, [32844])) },
        { "a TIFF image compressed with Zstandard; save it", SmallTiff.Of(1, 1, 1, 8, new byte[1], (Compression, [50000])) },
        { "a TIFF image compressed with LZMA", SmallTiff.Of(1, 1, 1, 8, new byte[1], (Compression, [34925])) },
        { "a TIFF image compressed with WebP", SmallTiff.Of(1, 1, 3, 8, new byte[3], (Compression, [50001])) },
        { "a TIFF image compressed with LERC", SmallTiff.Of(1, 1, 1, 8, new byte[1], (Compression, [34887])) },
        { "a TIFF image compressed with JPEG 2000", SmallTiff.Of(1, 1, 1, 8, new byte[1], (Compression, [34712])) },
        { "a TIFF image compressed with old-style JPEG", SmallTiff.Of(1, 1, 3, 8, new byte[3], (Compression, [6]), (Colors, [6])) },
    };

    [Theory, MemberData(nameof(NotRead))]
    public void A_sound_image_of_a_kind_that_is_not_read_is_not_called_damaged(string kind, byte[] file) =>
        Assert.StartsWith("not supported: " + kind, Assert.Throws<ImageException>(() => Pixels(file)).Reason, StringComparison.Ordinal);

    // A strip whose place is missing would be black.
    [Fact]
    public void An_image_without_the_places_of_all_its_strips_is_cut_short()
    {
        byte[] file = SmallTiff.Of(1, 2, 1, 8, [1, 2], (278, [1]));

        Assert.Contains("cut short", Assert.Throws<ImageException>(() => Pixels(file)).Reason, StringComparison.Ordinal);
    }

    private static byte[] Pixels(byte[] file) => new EncodedImage("image.tif", file).Decode().Pixels;
}

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
        int directory = HeaderLength + values.Length, overflow = directory + 2 + tags.Count * EntryLength + 4;
        byte[] file = new byte[overflow + tags.Values.Sum(numbers => numbers.Length > 1 ? numbers.Length * 4 : 0)];
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
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], numbers.Length > 1 ? (uint)overflow : numbers[0]);
            foreach (uint number in numbers.Length > 1 ? numbers : [])
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(overflow), number);
                overflow += 4;
            }
            at += EntryLength;
        }
        return file;
    }
}
