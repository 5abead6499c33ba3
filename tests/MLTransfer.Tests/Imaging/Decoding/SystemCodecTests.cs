using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>HEIC, AVIF and JPEG XL: read where the system has libheif and libjxl.</summary>
public class SystemCodecTests
{
    private const int Damages = 1000;

    [NeedsSystemCodecTheory("libheif")]
    [InlineData("small.heic")]
    [InlineData("small.avif")]
    public void HEIC_and_AVIF_are_read_where_libheif_is(string name) => IsShown(name, tolerance: 4);

    [NeedsSystemCodecTheory("libjxl")]
    [InlineData("small.jxl")]
    public void JPEG_XL_is_read_where_libjxl_is(string name) => IsShown(name, tolerance: 0);

    [Theory]
    [InlineData("small.heic", "HEIC")]
    [InlineData("small.avif", "AVIF")]
    [InlineData("small.jxl", "JPEG XL")]
    public void A_damaged_one_is_named_whether_its_codec_is_there_or_not(string name, string format)
    {
        byte[] half = Fixture.Bytes($"SystemCodecs/{name}")[..60];

        string reason = Assert.Throws<ImageException>(() => new EncodedImage(name, half).Decode()).Reason;
        Assert.Matches($"^(its {format} (data|header) is damaged|not supported: {format}, which is read where lib)", reason);
        Assert.DoesNotContain('\n', reason);
    }

    [Theory]
    [InlineData("small.heic")]
    [InlineData("small.avif")]
    [InlineData("small.jxl")]
    public void A_thousand_damaged_ones_do_no_harm(string name)
    {
        byte[] whole = Fixture.Bytes($"SystemCodecs/{name}");
        DecodingOptions options = new() { Limits = new() { Pixels = 1 << 20 } };
        for (int seed = 0; seed < Damages; seed++)
        {
            try
            {
                new EncodedImage(name, Damage.Done(whole, seed)).Decode(options);
            }
            catch (ImageException exception)
            {
                Assert.NotEmpty(exception.Reason);
            }
        }
    }

    private static void IsShown(string name, double tolerance)
    {
        Image image = Fixture.Decode($"SystemCodecs/{name}");

        Assert.Equal((Fixture.Width, Fixture.Height), (image.Width, image.Height));
        Assert.InRange(PixelDifference.Between(Fixture.Shown().Pixels, image.Pixels).Mean, 0, tolerance);
    }
}

/// <summary>A test of decoding through a library that the system may have; skipped, visibly, where it is missing.</summary>
public sealed class NeedsSystemCodecTheoryAttribute : TheoryAttribute
{
    public NeedsSystemCodecTheoryAttribute(string library)
    {
        if (!(library == "libheif" ? HeifDecoder.IsAvailable : JpegXlDecoder.IsAvailable))
            Skip = $"{library} is not here.";
    }
}
