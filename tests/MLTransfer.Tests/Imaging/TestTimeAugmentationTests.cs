using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging;

public class TestTimeAugmentationTests
{
    private static readonly Preprocessing Cutting = Preprocessing.Cifar with { ResizeTo = 37 };

    [Theory]
    [InlineData("none", 1)]
    [InlineData("flip", 2)]
    [InlineData("five-crop", 5)]
    [InlineData("ten-crop", 10)]
    [InlineData("views:3", 4)]
    public void One_word_says_it_both_ways(string word, int views)
    {
        var parsed = TestTimeAugmentation.Parse(word.ToUpperInvariant());
        Assert.Equal((word, views), (parsed.ToString(), parsed.Views));
        Assert.Equal(parsed, TestTimeAugmentation.Parse(parsed.ToString()));
    }

    [Fact]
    public void Random_views_without_a_number_are_eight() =>
        Assert.Equal(TestTimeAugmentation.RandomViews(8), TestTimeAugmentation.Parse("views"));

    [Theory]
    [InlineData("")]
    [InlineData("mirror")]
    [InlineData("flip:2")]
    [InlineData("views:")]
    [InlineData("views:0")]
    [InlineData("views:101")]
    [InlineData("views:1:2")]
    public void Another_word_is_refused_with_what_is_possible(string word) => Assert.Equal(
        $"There is no test-time augmentation '{word}'. It must be none, flip, five-crop, ten-crop or views:N, such as views:8, with a "
        + "number from 1 to 100.",
        Assert.Throws<FormatException>(() => TestTimeAugmentation.Parse(word)).Message);

    [Theory]
    [InlineData("none")]
    [InlineData("flip")]
    [InlineData("ten-crop")]
    [InlineData("views:5")]
    public void Every_view_is_a_square_of_the_networks_size(string word)
    {
        var augmentation = TestTimeAugmentation.Parse(word);
        Assert.Equal(new ImageDimensions(32, 32 * augmentation.Views), TransformPipeline.SizeAfter(augmentation.Transforms(Cutting)));
    }

    [Theory]
    [InlineData("flip", 0)]
    [InlineData("five-crop", 4)]
    [InlineData("ten-crop", 4)]
    [InlineData("views:2", 0)]
    public void The_plain_view_is_among_them_to_the_pixel(string word, int position)
    {
        Image image = Fixture.Drawn(61, 45, (x, y) => (x * 4, y * 5, (x * y) % 256));
        byte[] plain = Pixels(image, Cutting.EvaluationTransforms());
        byte[] views = Pixels(image, TestTimeAugmentation.Parse(word).Transforms(Cutting));
        Assert.Equal(plain, views.AsSpan(position * plain.Length, plain.Length).ToArray());
    }

    [Fact]
    public void Crops_need_a_preprocessing_that_cuts_the_center_of_a_large_enough_image()
    {
        Assert.Equal("images are resized to 28 pixels, too few for crops of 32", Complaint(Cutting with { ResizeTo = 28 }));
        Assert.StartsWith(
            "ten-crop cuts where the preprocessing cuts the center, and its transforms do not end with CenterCrop(32)",
            Complaint(Cutting with { Transforms = [new Resize(32, 32)] }), StringComparison.Ordinal);
        Assert.Null(Complaint(Cutting with { Transforms = [new Resize(40), new Grayscale(), new CenterCrop(32)] }));
        Assert.Null(TestTimeAugmentation.Flip.Complaint(Cutting with { Transforms = [new Resize(32, 32)] }));

        static string? Complaint(Preprocessing preprocessing) => TestTimeAugmentation.TenCrop.Complaint(preprocessing);
    }

    [Fact]
    public void More_pixels_than_memory_should_hold_are_refused() => Assert.Contains(
        "101 views of 4096 × 4096 pixels are too many",
        TestTimeAugmentation.RandomViews(100).Complaint(new Preprocessing { ResizeTo = 4096, CropTo = 4096 }), StringComparison.Ordinal);

    private static byte[] Pixels(Image image, IReadOnlyList<ImageTransform> transforms) =>
        ImageBatch.LoadOne(ImageSource.FromImage(image), transforms).Pixels;
}
