using System.Runtime.InteropServices;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;
using SkiaSharp;

namespace MLTransfer.Tests.Imaging.Decoding;

[Collection(nameof(RunAlone))]
public class JpegTests
{
    private const int Images = 200, BytesEach = 1024;

    [Fact]
    public void Decoding_allocates_nothing_that_the_garbage_collector_notices()
    {
        EncodedImage image = new("photo", Photo());
        Decode(10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Decode(Images);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Images, 0, BytesEach);

        void Decode(int times)
        {
            for (int i = 0; i < times; i++)
                image.Open(DecodingOptions.Default).Dispose();
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Bytes_that_do_not_belong_to_the_image_do_no_harm(bool baseline, bool turbo)
    {
        byte[] whole = Fixture.Bytes("baseline.jpg");
        byte[] more = [.. whole.AsSpan(..^2), 1, 2, 3, .. whole.AsSpan(^2..), 4, 5];

        Assert.Equal(Fixture.Decode("baseline.jpg").Pixels,
            new EncodedImage("more", more).Decode(new DecodingOptions { UseBaselineJpeg = baseline, UseTurboJpeg = turbo }).Pixels);
    }

    // libjpeg-turbo keeps a header that it could not read, and then reads no other.
    [NeedsTurboJpegFact]
    public void A_broken_image_does_not_spoil_the_decoder_for_the_next()
    {
        byte[] whole = Fixture.Bytes("baseline.jpg"), broken = [.. whole];
        ImageDimensions size = new(Fixture.Width, Fixture.Height);
        // The sampling of the first color.
        broken[whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 11] = 0;

        for (int i = 0; i < 10; i++)
            Assert.Null(TurboJpeg.Decode(broken, size, reduction: 1));
        using DecodedPixels? pixels = TurboJpeg.Decode(whole, size, reduction: 1);
        Assert.NotNull(pixels);
    }

    // What a reduced scale costs: the mean difference of an image with fine noise, the worst case, in gray levels.
    [NeedsTurboJpegFact]
    public void A_reduced_scale_is_nearly_the_whole_image_and_used_only_when_asked_for()
    {
        EncodedImage photo = new("photo", Photo());
        ImageTransform[] shrinking = [new Resize(60), new CenterCrop(50), new RandomHorizontalFlip(1)];
        DecodingOptions reduced = new() { ReducedScale = true };
        ImageBatch whole = ImageBatch.LoadOne(photo, shrinking), near = ImageBatch.LoadOne(photo, shrinking, reduced);

        Assert.Equal((whole.Width, whole.Height), (near.Width, near.Height));
        Assert.InRange(PixelDifference.Between(whole.Pixels, near.Pixels).Mean, 0.001, 3);
        Assert.Equal(whole.Pixels, ImageBatch.LoadOne(photo, shrinking, reduced with { UseTurboJpeg = false }).Pixels);
        Assert.Equal(photo.Decode().Pixels, photo.Decode(reduced).Pixels);
    }

    [NeedsTurboJpegTheory]
    [InlineData(200, 200)]
    [InlineData(256, 120)]
    public void An_image_that_is_hardly_shrunk_is_decoded_whole(int width, int height)
    {
        EncodedImage photo = new("photo", Photo());
        ImageTransform[] transforms = [new Resize(width, height)];

        Assert.Equal(ImageBatch.LoadOne(photo, transforms).Pixels,
            ImageBatch.LoadOne(photo, transforms, new DecodingOptions { ReducedScale = true }).Pixels);
    }

    [NeedsTurboJpegFact]
    public void A_reduced_image_is_oriented_too()
    {
        FileImage turned = new(Fixture.PathOf("turned.jpg"));
        ImageTransform[] shrinking = [new Resize(8, 12)];
        ImageBatch whole = ImageBatch.LoadOne(turned, shrinking),
            near = ImageBatch.LoadOne(turned, shrinking, new DecodingOptions { ReducedScale = true });

        Assert.InRange(PixelDifference.Between(whole.Pixels, near.Pixels).Mean, 0.001, 3);
    }

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("ycck.jpg")]
    [InlineData("gray.jpg")]
    [InlineData("turned.jpg")]
    [InlineData("arithmetic.jpg")]
    public void Nothing_is_missing_from_a_whole_image(string name) => JpegCheck.ThrowIfPixelsAreMissing(Fixture.Bytes(name));

    // Every decoder must tell: libjpeg-turbo by its warnings, Skia by the walk before it.
    [Theory]
    [InlineData("baseline.jpg", true, false)]
    [InlineData("baseline.jpg", false, true)]
    [InlineData("baseline.jpg", false, false)]
    [InlineData("progressive.jpg", true, false)]
    [InlineData("progressive.jpg", false, true)]
    [InlineData("progressive.jpg", false, false)]
    [InlineData("gray.jpg", true, false)]
    [InlineData("gray.jpg", false, true)]
    [InlineData("gray.jpg", false, false)]
    public void An_image_that_lost_a_part_before_its_end_is_damaged(string name, bool baseline, bool turbo)
    {
        byte[] whole = Fixture.Bytes(name);
        int scan = whole.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        byte[] gap = [.. whole.AsSpan(0, Math.Max(scan, whole.Length - 60)), .. whole.AsSpan(whole.Length - 2)];

        DecodingOptions options = new() { UseBaselineJpeg = baseline, UseTurboJpeg = turbo };
        ImageException exception = Assert.Throws<ImageException>(() => new EncodedImage("gap", gap).Decode(options));
        Assert.Contains("JPEG data is damaged", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bits_that_are_no_code_are_damage()
    {
        byte[] bytes = Fixture.Bytes("baseline.jpg");
        int scan = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        for (int i = scan + 2; i < bytes.Length - 4; i += 2)
            (bytes[i], bytes[i + 1]) = (0xFF, 0);

        string complaint = Assert.Throws<ArgumentException>(() => JpegCheck.ThrowIfPixelsAreMissing(bytes)).Message;
        Assert.Contains("no code", complaint, StringComparison.Ordinal);
    }

    /// <summary>A JPEG of 397 × 251 pixels.</summary>
    private static byte[] Photo()
    {
        Image drawn = Fixture.Drawn(397, 251, (x, y) =>
            ((int)(128 + 100 * Math.Sin(x / 17.0)), (int)(128 + 100 * Math.Cos(y / 11.0)), (x + y + (x * 7 + y * 13) % 20) % 256));
        using SKBitmap bitmap = new(new SKImageInfo(drawn.Width, drawn.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] pixels = [.. drawn.Pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))];
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality: 100);
        return encoded.ToArray();
    }
}

/// <summary>A test of decoding through libjpeg-turbo; skipped, visibly, where it is missing.</summary>
public sealed class NeedsTurboJpegFactAttribute : FactAttribute
{
    internal const string Missing = "libjpeg-turbo is not here: apt-get install libturbojpeg0.";

    public NeedsTurboJpegFactAttribute()
    {
        if (!TurboJpeg.IsAvailable) Skip = Missing;
    }
}

/// <inheritdoc cref="NeedsTurboJpegFactAttribute"/>
public sealed class NeedsTurboJpegTheoryAttribute : TheoryAttribute
{
    public NeedsTurboJpegTheoryAttribute()
    {
        if (!TurboJpeg.IsAvailable) Skip = NeedsTurboJpegFactAttribute.Missing;
    }
}
