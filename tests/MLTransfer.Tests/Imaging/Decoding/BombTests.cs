using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Hashing;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>Files that ask for far more than they are.</summary>
[Collection(nameof(RunAlone))]
public class BombTests
{
    private const string Huge = "to protect memory";

    public static TheoryData<string, string> LyingHeaders => new()
    {
        { "image.gif 6 FFFFFFFF", Huge },
        { "image.bmp 18 50C3000050C30000", Huge },
        { "image.bmp 18 0000000150C30000", Huge },
        { "image.bmp 18 FFFFFF7FFFFFFFFF", Huge },
        { "image.bmp 22 00000080", "its BMP header is damaged" },
        { "image.bmp 18 FFFFFFFF", "at least 1 x 1 is expected" },
        { "image.bmp 10 FFFFFFFF", "its BMP header is damaged" },
        { "image.bmp 14 FFFFFFFF", "its BMP header is damaged" },
        { "runs.bmp 18 00400000FF3F0000", Huge },
        { "baseline.jpg SOF FFFFFFFF", Huge },
        { "progressive.jpg SOF FFFFFFFF", Huge },
        { "plain.png 16 0000C3500000C350", Huge },
        { "plain.png 16 7FFFFFFF7FFFFFFF", Huge },
        { "lossless.webp 21 FFFFFF0F", Huge },
        { "alpha.webp 21 FFFFFF0F", Huge },
        { "tiled.tif 12 0004000000010000C35001010004000000010000C350", Huge },
        { "tiled.tif 96 0004000000010000C35001430004000000010000C350", "its tiles are far larger than its 24 x 16 pixels" },
        { "tiled.tif 18 4E20", "it is cut short" },
    };

    [Theory]
    [MemberData(nameof(LyingHeaders))]
    public void A_size_that_lies_is_refused_before_memory_is_taken(string change, string reason)
    {
        byte[] bytes = Changed(change);

        Assert.Contains(reason, RefusalOf(bytes, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_PNG_of_one_color_and_50000_x_50000_pixels_is_refused()
    {
        byte[] header = [0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 8, 2, 0, 0, 0];

        Assert.Contains(Huge, RefusalOf(Png(("IHDR", header), ("IDAT", Zeros(8 << 20)), ("IEND", [])), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_progressive_JPEG_of_thousands_of_scans_is_refused()
    {
        byte[] whole = Fixture.Bytes("progressive.jpg");
        int scan = whole.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bytes = [.. whole[..scan], .. Enumerable.Repeat(whole[scan..^2], 5000).SelectMany(part => part), 0xFF, 0xD9];

        Assert.Contains("goes over its 24 x 16 pixels 5,0", RefusalOf(bytes, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("IDAT")]
    [InlineData("zTXt")]
    public void Data_that_inflates_to_far_more_than_the_image_needs_takes_no_memory(string chunk)
    {
        byte[] header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0], bomb = Zeros(64 << 20);
        byte[] bytes = chunk == "IDAT"
            ? Png(("IHDR", header), ("IDAT", bomb), ("IEND", []))
            : Png(("IHDR", header), ("zTXt", [(byte)'a', 0, 0, .. bomb]), ("IDAT", Zeros(4)), ("IEND", []));

        Within(TimeSpan.FromSeconds(5), () =>
        {
            try
            {
                Assert.Equal([0, 0, 0], new EncodedImage("bomb", bytes).Decode().Pixels);
            }
            catch (ImageException)
            {
                // Either is fine: what matters is what it costs.
            }
        });
    }

    private static string RefusalOf(byte[] bytes, TimeSpan most)
    {
        string reason = "";
        Within(most, () => reason = Assert.Throws<ImageException>(() => new EncodedImage("bomb", bytes).Decode()).Reason);
        return reason;
    }

    private static void Within(TimeSpan most, Action action)
    {
        using Process process = Process.GetCurrentProcess();
        long before = process.WorkingSet64, allocated = GC.GetTotalAllocatedBytes(precise: true), started = Stopwatch.GetTimestamp();
        action();
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        Assert.InRange(took, TimeSpan.Zero, most);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, 4 << 20);
        Assert.InRange(process.WorkingSet64 - before, long.MinValue, 64 << 20);
    }

    /// <summary>A fixture with bytes changed: its name, where (an offset, or a mark of the format), the new bytes.</summary>
    private static byte[] Changed(string change)
    {
        string[] parts = change.Split(' ');
        byte[] bytes = Fixture.Bytes(parts[0]);
        int at = parts[1] switch
        {
            "SOF" => Math.Max(bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]),
                bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2])) + 5,
            _ => int.Parse(parts[1]),
        };
        Convert.FromHexString(parts[2]).CopyTo(bytes, at);
        return bytes;
    }

    private static byte[] Zeros(int count)
    {
        using MemoryStream stream = new();
        using (ZLibStream compressed = new(stream, CompressionLevel.Fastest))
            compressed.Write(new byte[count]);
        return stream.ToArray();
    }

    private static byte[] Png(params (string Name, byte[] Data)[] chunks)
    {
        using MemoryStream stream = new();
        stream.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> number = stackalloc byte[4];
        foreach ((string name, byte[] data) in chunks)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            stream.Write(number);
            byte[] content = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data];
            stream.Write(content);
            Crc32 checksum = new();
            checksum.Append(content);
            BinaryPrimitives.WriteUInt32BigEndian(number, checksum.GetCurrentHashAsUInt32());
            stream.Write(number);
        }
        return stream.ToArray();
    }
}
