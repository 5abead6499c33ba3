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
        new() { Limits = Small, UseTurboJpeg = false },
        new() { Limits = Small, ReducedScale = true, HonourOrientation = false },
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

    /// <returns>Whether it is an image.</returns>
    private static bool Decode(string name, byte[] bytes, int way)
    {
        try
        {
            ImageBatch batch = ImageBatch.Of(new EncodedImage(name, bytes), Shrinking, Ways[way % Ways.Length]);
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
