using MLTransfer.Data;
using MLTransfer.Data.Samples;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data.Samples;

public class SampleImagesTests
{
    [Fact]
    public void Shapes_are_a_data_set_with_a_training_and_a_validation_part()
    {
        using var folder = new TemporaryFolder();
        ImageDataset dataset = SampleImages.DrawShapes(folder.Path, trainingPerClass: 2, validationPerClass: 1);
        Assert.Equal(8, dataset.Classes.Count);
        Assert.Equal(["train", "val"], dataset.Splits);
        Assert.Equal((16, 8), (dataset.Part("train").Rows.Count, dataset.Part("val").Rows.Count));
    }

    [Fact]
    public void Digits_are_ten_classes_and_no_image_is_drawn_twice()
    {
        using var folder = new TemporaryFolder();
        ImageDataset dataset = SampleImages.DrawDigits(folder.Path, trainingPerClass: 3, validationPerClass: 2);
        Assert.Equal(Enumerable.Range(0, 10).Select(digit => $"{digit}"), dataset.Classes);
        Assert.Equal(50, dataset.Rows.Select(row => Convert.ToHexString(File.ReadAllBytes(row.ImagePath))).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_draws_the_same_images_and_another_one_others()
    {
        Assert.Equal(DigitFiles.Pixels(7, 3, seed: 1), DigitFiles.Pixels(7, 3, seed: 1));
        Assert.NotEqual(DigitFiles.Pixels(7, 3, seed: 1), DigitFiles.Pixels(7, 3, seed: 2));
        Assert.NotEqual(DigitFiles.Pixels(7, 3, seed: 1), DigitFiles.Pixels(7, 4, seed: 1));
        Assert.NotEqual(DigitFiles.Pixels(7, 3, seed: 1), DigitFiles.Pixels(1, 3, seed: 1));
    }

    [Theory]
    [InlineData(0, 1, "trainingPerClass")]
    [InlineData(1, 0, "validationPerClass")]
    [InlineData(1001, 1, "trainingPerClass")]
    [InlineData(1, -1, "validationPerClass")]
    public void A_number_of_images_that_cannot_be_drawn_is_refused_before_anything_is_written(int training, int validation, string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentOutOfRangeException>(name, () => SampleImages.DrawDigits(folder.Path, training, validation));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Drawing_can_be_stopped()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<OperationCanceledException>(
            () => SampleImages.DrawShapes(folder.Path, 1, 1, cancellation: new CancellationToken(canceled: true)));
    }
}
