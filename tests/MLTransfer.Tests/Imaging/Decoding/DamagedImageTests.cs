using System.Diagnostics;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>
/// Whatever a file holds, the result is an image or a <see cref="ImageException"/>: no other exception, no end of the process, bounded
/// memory and time.
/// </summary>
[Collection(nameof(RunAlone))]
public class DamagedImageTests
{
    private const int Cases = 10_000;
    private const int ExifLength = 26;
    private const long RoomForMemory = 256 << 20;

    private static readonly ImageLimits Small = new() { Pixels = 1 << 20 };

    private static readonly DecodingOptions[] Ways =
    [
        new() { Limits = Small },
        new() { Limits = Small, UseBaselineJpeg = false },
        new() { Limits = Small, UseBaselineJpeg = false, UseTurboJpeg = false },
        new() { Limits = Small, ReducedScale = true, ApplyOrientation = false },
    ];

    private static readonly ImageTransform[] Shrinking = [new Resize(4, 4)];

    private static readonly Dictionary<string,
        byte[]> Files = Directory.GetFiles(Fixture.PathOf("")).Where(path => !path.EndsWith(".md", StringComparison.Ordinal))
        .ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);

    [Fact]
    public void Every_image_cut_at_every_twentieth_is_an_image_or_an_error()
    {
        foreach ((string name, byte[] bytes) in Files)
        {
            for (int percent = 0; percent < 100; percent += 5)
                Decode($"{name} at {percent} %", bytes[..(bytes.Length * percent / 100)], percent / 5);
        }
    }

    [Fact]
    public void Ten_thousand_damaged_images_do_no_harm()
    {
        string[] names = [.. Files.Keys.Order(StringComparer.Ordinal)];
        using Process process = Process.GetCurrentProcess();
        long before = process.WorkingSet64;
        var slowest = TimeSpan.Zero;
        int errors = 0;
        for (int seed = 0; seed < Cases; seed++)
        {
            string name = names[seed % names.Length];
            long started = Stopwatch.GetTimestamp();
            errors += Decode($"{name} damaged by seed {seed}", Damage.Done(Files[name], seed), seed) ? 0 : 1;
            slowest = Stopwatch.GetElapsedTime(started) is var took && took > slowest ? took : slowest;
        }
        process.Refresh();

        // Of what was damaged, some can still be read; that nothing was noticed would mean that nothing was tried.
        Assert.InRange(errors, Cases / 4, Cases);
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(process.WorkingSet64 - before, long.MinValue, RoomForMemory);
    }

    // EXIF data is no part of what is seen: whatever it says, the image is there.
    [Theory]
    [InlineData("turned.jpg")]
    [InlineData("turned.webp")]
    public void EXIF_data_that_lies_never_costs_the_image(string name)
    {
        byte[] bytes = [.. Files[name]];
        int start = bytes.AsSpan().IndexOf("MM\0*"u8);
        for (int i = start; i < start + ExifLength; i++)
        {
            byte original = bytes[i];
            foreach (byte change in (byte[])[0, 1, 0x7F, 0xFF])
            {
                bytes[i] = change;
                Image image = new EncodedImage(name, bytes).Decode();
                Assert.Equal(Fixture.Width * Fixture.Height, image.Width * image.Height);
            }
            bytes[i] = original;
        }
    }

    // 44 bytes end within the masks that they announce.
    [Fact]
    public void A_BMP_header_that_ends_within_its_color_masks_is_damaged()
    {
        byte[] bytes = [.. "BM"u8, .. new byte[8], 58, 0, 0, 0, 44, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 16, 0, 3, .. new byte[27]];

        string reason = Assert.Throws<ImageException>(() => new EncodedImage("short.bmp", bytes).Decode()).Reason;
        Assert.Equal("its BMP header is damaged or cut short (58 bytes)", reason);
    }

    /// <returns>Whether it is an image.</returns>
    private static bool Decode(string name, byte[] bytes, int way)
    {
        try
        {
            ImageBatch batch = ImageBatch.LoadOne(new EncodedImage(name, bytes), Shrinking, Ways[way % Ways.Length]);
            Assert.Equal((4, 4, 1), (batch.Width, batch.Height, batch.Count));
            return true;
        }
        catch (ImageException exception)
        {
            Assert.StartsWith(name, exception.Message, StringComparison.Ordinal);
            Assert.NotEmpty(exception.Reason);
            return false;
        }
        catch (Exception exception)
        {
            throw new Xunit.Sdk.XunitException($"{name}: {exception}");
        }
    }
}

/// <summary>What can happen to a file: the seed decides what does.</summary>
internal static class Damage
{
    private static readonly uint[] Extremes = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    internal static byte[] Done(byte[] whole, int seed)
    {
        Random random = new(seed);
        return random.Next(6) switch
        {
            0 => Flipped(whole, random, 1),
            1 => Flipped(whole, random, random.Next(2, 16)),
            2 => whole[..random.Next(whole.Length)],
            3 => WithNumber(whole, random),
            4 => WithoutPart(whole, random),
            _ => WithPartTwice(whole, random),
        };
    }

    private static byte[] Flipped(byte[] whole, Random random, int times)
    {
        byte[] bytes = [.. whole];
        for (int i = 0; i < times; i++)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    // Sizes, counts and offsets: near the beginning more often than not.
    private static byte[] WithNumber(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole], number = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]);
        if (random.Next(2) == 0)
            Array.Reverse(number);
        int at = random.Next(random.Next(2) == 0 ? Math.Min(80, bytes.Length - 4) : bytes.Length - 4);
        number.CopyTo(bytes, at);
        return bytes;
    }

    private static byte[] WithoutPart(byte[] whole, Random random)
    {
        (int from, int to) = Part(whole, random);
        return [.. whole.AsSpan(0, from), .. whole.AsSpan(to)];
    }

    private static byte[] WithPartTwice(byte[] whole, Random random)
    {
        (int from, int to) = Part(whole, random);
        return [.. whole.AsSpan(0, to), .. whole.AsSpan(from)];
    }

    private static (int From, int To) Part(byte[] whole, Random random)
    {
        int from = random.Next(whole.Length);
        return (from, random.Next(from, Math.Min(whole.Length, from + 64) + 1));
    }
}
