using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

[Collection(nameof(RunAlone))]
public class JpegCodecTests
{
    private const int Images = 200, BytesEach = 1024;

    [NeedsTurboJpegFact]
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
    [InlineData(true)]
    [InlineData(false)]
    public void Bytes_that_do_not_belong_to_the_image_do_no_harm(bool turbo)
    {
        byte[] whole = Fixture.Bytes("baseline.jpg");
        byte[] more = [.. whole.AsSpan(..^2), 1, 2, 3, .. whole.AsSpan(^2..), 4, 5];

        Assert.Equal(Fixture.Decode("baseline.jpg").Pixels,
            new EncodedImage("more", more).Decode(new DecodingOptions { UseTurboJpeg = turbo }).Pixels);
    }

    // libjpeg-turbo keeps a header that it could not read, and then reads no other.
    [NeedsTurboJpegFact]
    public void A_broken_image_does_not_spoil_the_decoder_for_the_next()
    {
        byte[] whole = Fixture.Bytes("baseline.jpg"), broken = [.. whole];
        var header = ImageHeader.Read("whole", whole);
        // The sampling of the first colour.
        broken[whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 11] = 0;

        for (int i = 0; i < 10; i++)
            Assert.Null(JpegCodec.Decode(broken, header, reduction: 1));
        using PixelMemory? pixels = JpegCodec.Decode(whole, header, reduction: 1);
        Assert.NotNull(pixels);
    }

    // What a reduced scale costs: the mean difference of an image with fine noise, the worst case, in grey levels.
    [NeedsTurboJpegFact]
    public void A_reduced_scale_is_nearly_the_whole_image_and_used_only_when_asked_for()
    {
        EncodedImage photo = new("photo", Photo());
        ImageTransform[] shrinking = [new Resize(60), new CenterCrop(50), new HorizontalFlip(1)];
        DecodingOptions reduced = new() { ReducedScale = true };
        ImageBatch whole = ImageBatch.Of(photo, shrinking), near = ImageBatch.Of(photo, shrinking, reduced);

        Assert.Equal((whole.Width, whole.Height), (near.Width, near.Height));
        Assert.InRange(PixelDifference.Between(whole.Pixels, near.Pixels).Mean, 0.001, 3);
        Assert.Equal(whole.Pixels, ImageBatch.Of(photo, shrinking, reduced with { UseTurboJpeg = false }).Pixels);
        Assert.Equal(photo.Decode().Pixels, photo.Decode(reduced).Pixels);
    }

    [NeedsTurboJpegTheory]
    [InlineData(200, 200)]
    [InlineData(256, 120)]
    public void An_image_that_is_hardly_shrunk_is_decoded_whole(int width, int height)
    {
        EncodedImage photo = new("photo", Photo());
        ImageTransform[] transforms = [new Resize(width, height)];

        Assert.Equal(ImageBatch.Of(photo, transforms).Pixels,
            ImageBatch.Of(photo, transforms, new DecodingOptions { ReducedScale = true }).Pixels);
    }

    [NeedsTurboJpegFact]
    public void A_reduced_image_is_turned_too()
    {
        FileImage turned = new(Fixture.PathOf("turned.jpg"));
        ImageTransform[] shrinking = [new Resize(8, 12)];
        ImageBatch whole = ImageBatch.Of(turned, shrinking),
            near = ImageBatch.Of(turned, shrinking, new DecodingOptions { ReducedScale = true });

        Assert.InRange(PixelDifference.Between(whole.Pixels, near.Pixels).Mean, 0.001, 3);
    }

    /// <summary>A JPEG of 397 × 251 pixels.</summary>
    private static byte[] Photo()
    {
        using TemporaryFolder folder = new();
        Image drawn = Fixture.Drawn(397, 251, (x, y) =>
            ((int)(128 + 100 * Math.Sin(x / 17.0)), (int)(128 + 100 * Math.Cos(y / 11.0)), (x + y + (x * 7 + y * 13) % 20) % 256));
        return File.ReadAllBytes(SavedImage.AsJpeg(drawn, folder.PathOf("photo.jpg")));
    }
}
