using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Transforms that are allowed one by one, and ask for more than there is when put together or done to strange images.</summary>
public class HostileTransformTests
{
    private static readonly ImageTransform Ending = new CenterCrop(32);

    public static TheoryData<string> TooLarge => [.. Chains.Keys];

    private static Dictionary<string, ImageTransform[]> Chains { get; } = new()
    {
        ["enlarged, and its colours changed"] = [new Resize(1 << 20, 1 << 20), new Grayscale()],
        ["enlarged to a hundred million pixels"] = [new Resize(10_000, 10_000), new ElasticTransform()],
        ["enlarged twice"] = [new Resize(1 << 20), new Resize(1 << 19)],
        ["with a border of many pixels"] = [new Pad(1 << 20) { Fill = Color.White }],
        ["with a border around a border"] = [new Pad(1 << 20), new Pad(1 << 20)],
        ["cut with a border of many pixels"] = [new RandomCrop(64, padding: 1 << 20) { Mode = PaddingMode.Reflect }],
        ["turned around a place far away"] =
        [new RandomRotation(new Interval(45, 45)) { Expand = true, Center = new ImagePoint(1e308, -1e308), Interpolation = Interpolation.Bilinear },
        new Grayscale()],
    };

    [Theory, MemberData(nameof(TooLarge))]
    public void Images_that_would_become_too_large_are_skipped_with_a_reason(string chain)
    {
        ImageBatch batch = Assert.Single(new BatchLoader([Image(40, 30)], [.. Chains[chain], Ending]).Load([0]));

        Assert.Contains("its transforms would make ", Assert.Single(batch.Skipped).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Interpolation.Nearest)]
    [InlineData(Interpolation.Bilinear)]
    public void A_part_of_an_absurdly_enlarged_image_takes_neither_memory_nor_time(Interpolation interpolation)
    {
        ImageBatch batch = Assert.Single(new BatchLoader([Image(1, 65_535)], [new Resize(1 << 20, interpolation), Ending]).Load([0]));

        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void An_image_too_long_to_be_made_small_is_skipped_with_a_reason()
    {
        ImageBatch batch = Assert.Single(new BatchLoader([Image(20_000_000, 1)], [new Resize(32, 32)]).Load([0]));

        Assert.Equal("it is 20000000 pixels long, too many to be resized to 32; cut a part of it first",
            Assert.Single(batch.Skipped).Reason);
    }

    [Fact]
    public void An_image_too_high_to_be_made_small_is_skipped_with_a_reason()
    {
        ImageBatch batch = Assert.Single(new BatchLoader([Image(1, 4_000_000)], [new Resize(224, 224)]).Load([0]));

        Assert.Equal("it is 4000000 pixels high, too many to be resized to 224 x 224; cut a part of it first",
            Assert.Single(batch.Skipped).Reason);
    }

    [Fact]
    public void A_single_image_is_named_when_its_transforms_ask_for_too_much() =>
        Assert.Equal("image.jpg", Assert
            .Throws<ImageException>(() => ImageBatch
            .Of(new DecodedImage("image.jpg", Image(40, 30).Image), [new Resize(1 << 20), new Grayscale()])).Name);

    [Fact]
    public void An_image_too_wide_to_be_blurred_is_skipped_with_a_reason()
    {
        ImageBatch batch = Assert.Single(new BatchLoader([Image(20_000_000, 1)], [new GaussianBlur(255), Ending]).Load([0]));

        Assert.Contains("too many to be blurred over 255 rows", Assert.Single(batch.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_allowed_to_be_large_may_stay_so()
    {
        DecodedImage large = Image(70_000_000, 1);

        Assert.Equal(1, Assert.Single(new BatchLoader([large], [new RandomInvert(1), Ending]).Load([0])).Count);
    }

    private static DecodedImage Image(int width, int height) => new("image", new Image(width, height, new byte[width * height * 3]));
}
