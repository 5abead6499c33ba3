using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Interactive.Tests;

public class DatasetCheckTests
{
    [Fact]
    public void Problems_are_sentences_the_most_serious_first()
    {
        using var folder = new TemporaryFolder();
        SampleImages.DrawShapes(folder.Path, trainingPerClass: 1, validationPerClass: 1);
        File.Copy(folder.PathOf("val/ring-plain/000.png"), folder.PathOf("train/ring-plain/copy.png"));
        File.WriteAllText(folder.PathOf("train/ring-plain/bad.png"), "not an image");
        IReadOnlyList<string> problems = DatasetCheck.Of(ImageDataset.Open(folder.Path)).Problems;
        Assert.StartsWith("Unreadable files: ", problems[0], StringComparison.Ordinal);
        Assert.Contains("The same file in different splits: the same file in train and val", problems);
    }

    [Fact]
    public void A_check_can_be_stopped()
    {
        using var folder = new TemporaryFolder();
        ImageDataset dataset = SampleImages.DrawShapes(folder.Path, trainingPerClass: 1, validationPerClass: 1);
        Assert.ThrowsAny<OperationCanceledException>(() => DatasetCheck.Of(dataset, new CancellationToken(canceled: true)));
        // What is over is not stopped any more.
        Assert.False(StopButton.StopAll());
    }

    [Fact]
    public void There_is_no_check_of_nothing() => Assert.Throws<ArgumentNullException>(() => DatasetCheck.Of(null!));
}
