using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Settings that are refused, and transforms that are allowed but ask for too much together or of strange images.</summary>
public class HostileTransformTests
{
    private static readonly ImageTransform Ending = new CenterCrop(32);

    public static TheoryData<string> TooLarge => [.. Chains.Keys];

    private static Dictionary<string, ImageTransform[]> Chains { get; } = new()
    {
        ["enlarged, and its colors changed"] = [new Resize(1 << 20, 1 << 20), new Grayscale()],
        ["enlarged to a hundred million pixels"] = [new Resize(10_000, 10_000), new ElasticTransform()],
        ["enlarged twice"] = [new Resize(1 << 20), new Resize(1 << 19)],
        ["with a border of many pixels"] = [new Pad(1 << 20) { Fill = Color.White }],
        ["with a border around a border"] = [new Pad(1 << 20), new Pad(1 << 20)],
        ["cut with a border of many pixels"] = [new RandomCrop(64, padding: 1 << 20) { Mode = PaddingMode.Reflect }],
        ["turned around a place far away"] =
        [
            new RandomRotation(new Interval(45, 45))
            {
                Expand = true, Center = new ImagePoint(1e308, -1e308), Interpolation = Interpolation.Bilinear,
            },
            new Grayscale(),
        ],
    };

    public static TheoryData<string> Messages => [.. Refused.Keys];

    private static Dictionary<string, Func<object>> Refused { get; } = new()
    {
        ["An image of 2 x 2 pixels has 12 bytes; 11 were given."] = () => new Image(2, 2, new byte[11]),
        ["shorterSide is 0; it must lie between 1 and 1048576."] = () => new Resize(0),
        ["height is -1; it must lie between 1 and 1048576."] = () => new Resize(4, -1),
        ["size is -2; it must lie between 1 and 1048576."] = () => new CenterCrop(-2),
        ["width is -2; it must lie between 1 and 1048576."] = () => new CenterCrop(-2, 4),
        ["size is 0; it must lie between 1 and 1048576."] = () => new RandomResizedCrop(0),
        ["size is -1; it must lie between 1 and 1048576."] = () => new RandomCrop(-1),
        ["padding is -1; it must lie between 0 and 1048576."] = () => new RandomCrop(4, -1),
        ["border is -1; it must lie between 0 and 1048576."] = () => new Pad(-1),
        ["left is -1; it must lie between 0 and 1048576."] = () => new Pad(-1, 0, 0, 0),
        ["Scale is [0.5, 0.2]; it must lie between 0 and 1, the lower end first."] =
            () => new RandomResizedCrop(8) { Scale = new Interval(0.5, 0.2) },
        ["AspectRatio is [0, 1]; its ends must be positive numbers, the lower end first."] =
            () => new RandomErasing { AspectRatio = new Interval(0, 1) },
        ["Degrees is [5, -5]; it must lie between -360 and 360, the lower end first."] = () => new RandomRotation(-5),
        ["Degrees is [10, NaN]; it must lie between -360 and 360, the lower end first."] =
            () => new RandomAffine(new Interval(10, double.NaN)),
        ["HorizontalTranslation is 1.1; it must lie between 0 and 1."] = () => new RandomAffine(0) { HorizontalTranslation = 1.1 },
        ["Scale is [0, 1]; its ends must be positive numbers, the lower end first."] =
            () => new RandomAffine(0) { Scale = new Interval(0, 1) },
        ["HorizontalShear is 90; it must lie between 0 and 89."] = () => new RandomAffine(0) { HorizontalShear = 90 },
        ["Distortion is -0.1; it must lie between 0 and 1."] = () => new RandomPerspective { Distortion = -0.1 },
        ["Probability is NaN; it must lie between 0 and 1."] = () => new RandomErasing { Probability = double.NaN },
        ["An elastic transform interpolates bilinear or takes the nearest pixel."] =
            () => new ElasticTransform { Interpolation = Interpolation.Bicubic },
        ["probability is 1.1; it must lie between 0 and 1."] = () => new RandomInvert(1.1),
        ["probability is NaN; it must lie between 0 and 1."] = () => new RandomInvert(double.NaN),
        ["bits is 9; it must lie between 0 and 8."] = () => new RandomPosterize(9),
        ["threshold is -1; it must lie between 0 and 256."] = () => new RandomSolarize(-1),
        ["sharpnessFactor is Infinity; it must be 0 or a positive number."] = () => new RandomAdjustSharpness(double.PositiveInfinity),
        ["The kernel has 4 x 4 pixels; both numbers must be odd and lie between 1 and 255."] = () => new GaussianBlur(4),
        ["Sigma is [0, 1]; its ends must be positive numbers, the lower end first."] =
            () => new GaussianBlur(3) { Sigma = new Interval(0, 1) },
        ["brightness is -1; it must be 0 or a positive number."] = () => new ColorJitter(brightness: -1),
        ["Contrast is [-1, 1]; its ends must be 0 or positive numbers, the lower end first."] =
            () => new ColorJitter { Contrast = new Interval(-1, 1) },
        ["Saturation is [0, 1E+39]; its ends must be 0 or positive numbers, the lower end first."] =
            () => new ColorJitter { Saturation = new Interval(0, 1e39) },
        ["Hue is [NaN, NaN]; it must lie between -0.5 and 0.5"] = () => new ColorJitter(hue: double.NaN),
        ["Hue is [-0.6, 0.6]; it must lie between -0.5 and 0.5"] = () => new ColorJitter(hue: 0.6),
        ["There is no policy 3; it must be one of ImageNet, Cifar10, Svhn."] = () => new AutoAugment((AutoAugmentPolicy)3),
        ["magnitude is 31; it must lie between 0 and 30."] = () => new RandAugment(magnitude: 31),
        ["severity is 11; it must lie between 1 and 10."] = () => new AugMix(severity: 11),
    };

    [Theory, MemberData(nameof(Messages))]
    public void A_setting_out_of_range_is_refused_by_its_name(string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(Refused[message]).Message, StringComparison.Ordinal);

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
            .LoadOne(new DecodedImage("image.jpg", Image(40, 30).Image), [new Resize(1 << 20), new Grayscale()])).Name);

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
