using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class PresetsTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory, MemberData(nameof(Names))]
    public void Every_recipe_ends_with_the_images_that_the_backbone_sees(string name)
    {
        foreach (Preprocessing preprocessing in (
            Preprocessing[])[Preprocessing.ImageNet, Preprocessing.Inception.ForSize(299), Preprocessing.Cifar])
            Assert.Equal(new ImageDimensions(preprocessing.CropTo, preprocessing.CropTo),
                TransformPipeline.SizeAfter(Presets.Find(name.ToUpperInvariant(), preprocessing)));
    }

    [Fact]
    public void No_recipe_is_another_under_a_second_name() =>
        Assert.Equal(Presets.Names.Count,
            Presets.Names.Select(name => TransformJson.Write(Presets.Find(name, Preprocessing.Cifar))).Distinct().Count());

    [Fact]
    public void AutoAugment_takes_the_policy_of_small_images_for_small_images()
    {
        Assert.Contains(new AutoAugment(AutoAugmentPolicy.Cifar10), Presets.Find("auto", Preprocessing.Cifar));
        Assert.Contains(new AutoAugment(AutoAugmentPolicy.ImageNet), Presets.Find("auto", Preprocessing.ImageNet));
    }

    [Fact]
    public void Lists_end_with_the_size_asked_for()
    {
        Assert.Equal(new ImageDimensions(160, 160), TransformPipeline.SizeAfter(Presets.ImageNetTrain(160)));
        Assert.Equal(new ImageDimensions(160, 160), TransformPipeline.SizeAfter(Presets.ImageNetEval(160)));
        Assert.Equal(new ImageDimensions(32, 32), TransformPipeline.SizeAfter(Presets.Cifar));
        Assert.Equal(new ImageDimensions(28, 28), TransformPipeline.SizeAfter(Presets.Digits()));
    }

    [Fact]
    public void What_is_erased_becomes_the_mean_color() =>
        Assert.Equal(new Color(124, 116, 104), Presets.Find("trivial", Preprocessing.ImageNet).OfType<RandomErasing>().Single().Fill);

    [Fact]
    public void An_unknown_recipe_is_answered_with_the_known_and_the_nearest()
    {
        var error = Assert.Throws<ArgumentException>(() => Presets.Find("standart", Preprocessing.ImageNet));
        Assert.StartsWith($"There is no augmentation 'standart'. Known are {string.Join(", ", Presets.Names)}. Did you mean 'standard'?",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crop:0.08,flip")]
    [InlineData("shift:0.125,flip")]
    [InlineData("Rotate:10")]
    public void Steps_are_torchvisions_transforms_with_its_defaults(string steps)
    {
        IReadOnlyList<ImageTransform> expected = steps switch
        {
            "crop:0.08,flip" => Presets.ImageNetTrain(),
            "shift:0.125,flip" => [new Resize(256), new CenterCrop(224), new RandomCrop(224, 28), new RandomHorizontalFlip()],
            _ => [new Resize(256), new CenterCrop(224), new RandomRotation(10)],
        };
        Assert.Equal(TransformJson.Write(expected), TransformJson.Write(Presets.Find(steps, Preprocessing.ImageNet)));
        Assert.Equal(new ImageDimensions(32, 32), TransformPipeline.SizeAfter(Presets.Find(steps, Preprocessing.Cifar)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("flip,")]
    [InlineData("flip:0.5")]
    [InlineData("flip,crop:0.5")]
    [InlineData("crop:0")]
    [InlineData("crop:1.5")]
    [InlineData("crop:NaN")]
    [InlineData("shift:1")]
    [InlineData("shift:-0.1")]
    [InlineData("rotate")]
    [InlineData("rotate:181")]
    [InlineData("rotate:ten")]
    [InlineData("digits,flip")]
    public void Steps_that_cannot_be_are_refused_with_those_that_can(string steps)
    {
        var error = Assert.Throws<ArgumentException>(() => Presets.Find(steps, Preprocessing.ImageNet));
        Assert.Contains("rotate:DEGREES (above 0 to 180)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ratio_of_resize_to_crop_is_kept_for_other_sizes()
    {
        Assert.Equal((256, 224), (Preprocessing.ImageNet.ResizeTo, Preprocessing.ImageNet.CropTo));
        Assert.Equal((329, 288), (Preprocessing.ImageNet.ForSize(288).ResizeTo, Preprocessing.ImageNet.ForSize(288).CropTo));
        Assert.Throws<ArgumentOutOfRangeException>(() => Preprocessing.ImageNet.ForSize(0));
    }
}
