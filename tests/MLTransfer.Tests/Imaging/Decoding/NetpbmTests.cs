using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Decoding;

public class NetpbmTests
{
    [Theory]
    [InlineData("P1 3 1\n101", new byte[] { 0, 255, 0 })]
    [InlineData("P1\n# drawn\n3 1\n1 0\n# more\n1", new byte[] { 0, 255, 0 })]
    [InlineData("P2 3 1 4 0 2 4", new byte[] { 0, 128, 255 })]
    [InlineData("P2 3 1 65535 0 32768 65535", new byte[] { 0, 128, 255 })]
    [InlineData("P4 3 1\n\u00A0", new byte[] { 0, 255, 0 })]
    [InlineData("P5 3 1 200 \0d\u00C8", new byte[] { 0, 128, 255 })]
    [InlineData("P5 3 1 256\t\0\0\0\u0080\u0001\0", new byte[] { 0, 128, 255 })]
    [InlineData("P5 3 1 200\n\0d\u00FF", new byte[] { 0, 128, 255 })]
    public void Values_become_eight_bits_of_the_range_that_is_declared(string file, byte[] gray) =>
        Assert.Equal(gray.SelectMany(level => Enumerable.Repeat(level, 3)), Decode(file).Pixels);

    [Theory]
    [InlineData("P3 1 1 255 1 2 3", new byte[] { 1, 2, 3 })]
    [InlineData("P6 1 1 255\n\u0001\u0002\u0003", new byte[] { 1, 2, 3 })]
    [InlineData("P6 1 1 65535\n\u0001\0\u0002\0\u0003\0", new byte[] { 1, 2, 3 })]
    public void Colors_are_red_green_and_blue(string file, byte[] colors) => Assert.Equal(colors, Decode(file).Pixels);

    [Theory]
    [InlineData("P6 2 1 255\n\u0001\u0002\u0003\u0004\u0005", "cut short")]
    [InlineData("P6 100000 100000 255\n1", "to protect memory")]
    [InlineData("P6 10000 10000 255\n1", "cut short")]
    [InlineData("P3 1 1 255 1 2    ", "not all of its pixels are there")]
    [InlineData("P3 1 1 255 1 2 x   ", "something else is among its numbers")]
    [InlineData("P2 1 1 9 10", "it holds 10, above the 9 that it declares")]
    [InlineData("P5 1 1 0\n1", "its Netpbm header is damaged")]
    [InlineData("P5 1 1 65536\n111", "its Netpbm header is damaged")]
    [InlineData("P5 0 1 255\n1", "at least 1 x 1 is expected")]
    [InlineData("P5 1 -1 255\n1", "its Netpbm header is damaged")]
    [InlineData("P5 99999999999 1 255\n1", "its Netpbm header is damaged")]
    [InlineData("P5 1 1 255", "its Netpbm header is damaged")]
    [InlineData("P5 # without end", "its Netpbm header is damaged")]
    public void What_is_wrong_is_said_before_memory_is_taken(string file, string reason) =>
        Assert.Contains(reason, Assert.Throws<ImageException>(() => Decode(file)).Reason, StringComparison.Ordinal);

    private static Image Decode(string file) => new EncodedImage("image", System.Text.Encoding.Latin1.GetBytes(file)).Decode();
}
