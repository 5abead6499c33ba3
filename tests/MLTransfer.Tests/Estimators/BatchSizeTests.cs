using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Estimators;

public sealed class BatchSizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ColouredImages _images = new();

    private FineTuningOptions Found => TrainedModel.Options with
    {
        Epochs = 2,
        BatchSize = 0,
        MeasuredFile = _folder.PathOf("measured.txt"),
    };

    [Fact]
    public void A_size_that_is_found_is_told_and_the_training_is_that_with_the_size_given()
    {
        var told = new List<string>();
        using ImageClassificationTransformer found = Train(Found with { Noted = told.Add });
        Assert.Contains("Batches have 4 images, as was found by trying.", told);
        Assert.Equal(4, found.Training!.BatchSize);
        using ImageClassificationTransformer given = Train(Found with { BatchSize = 4 });
        Assert.Equal(4, given.Training!.BatchSize);
        Assert.Equal(
            StateDict.Save(given.Network).Select(tensor => tensor.Bytes.ToArray()),
            StateDict.Save(found.Network).Select(tensor => tensor.Bytes.ToArray()));
    }

    [Fact]
    public void A_size_that_was_found_on_this_machine_is_not_searched_again()
    {
        Train(Found).Dispose();
        string line = Assert.Single(File.ReadAllLines(Found.MeasuredFile!));
        Assert.Matches("^batches up to 4 in [0-9]+ GiB of cifar_resnet20, 32 px, trained from the input", line);
        Assert.EndsWith(": 4", line, StringComparison.Ordinal);
        File.WriteAllText(Found.MeasuredFile!, line[..^1] + "2\n");
        using ImageClassificationTransformer model = Train(Found);
        Assert.Equal(2, model.Training!.BatchSize);
    }

    [Theory]
    [InlineData(8, "layer2")]
    [InlineData(9, "layer2 on kept outputs")]
    public void A_size_is_known_for_kept_outputs_where_most_epochs_begin_with_them(int epochs, string trained)
    {
        FineTuningOptions options = Found with { Train = Layers.From("layer2"), CachedViews = 4, Epochs = epochs };
        Train(options).Dispose();
        Assert.Contains($"trained from {trained}, batch", Assert.Single(File.ReadAllLines(options.MeasuredFile!)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_rate_is_found_with_the_size_that_the_training_has()
    {
        FineTuningOptions options = Found with { Train = Layers.From("layer2"), CachedViews = 4, Epochs = 9 };
        var ml = new MLContext(seed: 1);
        IDataView images = Trainings.Keyed(ml, ml.Data.LoadImageFolder(_images.Path));
        Assert.NotEmpty(ml.MulticlassClassification.Trainers.FineTuning(options).FindLearningRate(images).Points);
        Train(options).Dispose();
        Assert.Single(File.ReadAllLines(options.MeasuredFile!));
    }

    [Fact]
    public void A_search_ends_when_it_is_canceled_and_nothing_is_remembered()
    {
        Assert.Throws<OperationCanceledException>(() => Train(Found with { EpochsUntil = new CancellationToken(canceled: true) }));
        Assert.False(File.Exists(Found.MeasuredFile));
    }

    [Fact]
    public void A_training_resumes_with_the_size_it_began_with()
    {
        FineTuningOptions kept = Found with { CheckpointFolder = _folder.PathOf("checkpoint") };
        Train(kept).Dispose();
        File.WriteAllText(kept.MeasuredFile!, File.ReadAllText(kept.MeasuredFile!)[..^2] + "2\n");
        var told = new List<string>();
        using (ImageClassificationTransformer more = Train(kept with { Epochs = 3, Noted = told.Add }))
            Assert.Equal((4, 3), (more.Training!.BatchSize, more.Training.Epochs.Count));
        Assert.Contains("Batches have 4 images, as in the checkpoint.", told);
        using (ImageClassificationTransformer same = Train(kept with { Epochs = 4, BatchSize = 4 }))
            Assert.Equal(4, same.Training!.Epochs.Count);
        string message = Assert.Throws<InvalidOperationException>(() => Train(kept with { Epochs = 5, BatchSize = 8 })).Message;
        Assert.Contains("BatchSize was '4' and is '8' now", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_on_features_has_the_default_size()
    {
        using ImageClassificationTransformer model = Trainings.Train(
            Trainings.Extraction with { BatchSize = 0, Epochs = 1 }, _images.Path);
        Assert.Equal(32, model.Training!.BatchSize);
    }

    [Fact]
    public void A_size_below_zero_is_an_error()
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => Train(Found with { BatchSize = -1 })).Message;
        Assert.Contains("BatchSize is -1; it must lie between 0 and 65536.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, TrainingPhase.Training, "in a training with batches of 8 images. Make them smaller, such as 4 with the gradients of ")]
    [InlineData(2, TrainingPhase.Training, "in a training with batches of 8 images. Make them smaller, such as 4 with the gradients of ")]
    [InlineData(1, TrainingPhase.Validation, "while the validation images were scored, 32 at a time whatever the batch size")]
    [InlineData(2, TrainingPhase.Validation, "while the validation images were scored, 32 at a time whatever the batch size")]
    public void A_lack_of_memory_is_explained_by_what_was_running(int epoch, TrainingPhase phase, string explained)
    {
        const string Reason = "CUDA out of memory. Tried to allocate 2.00 GiB.";
        var progress = new Listener(report =>
        {
            if (report.Epoch == epoch && report.Phase == phase) throw new InvalidOperationException(Reason);
        });
        FineTuningOptions options = Found with { BatchSize = 8, ValidationFraction = 0.5, Progress = progress };
        string message;
        if (epoch == 1)
        {
            message = Assert.Throws<InvalidOperationException>(() => Train(options)).Message;
        }
        else
        {
            var failed = Assert.Throws<TrainingFailedException>(() => Train(options));
            message = failed.Message;
            failed.Model.Dispose();
        }

        Assert.Contains($"Memory ran out {explained}", message, StringComparison.Ordinal);
        Assert.Equal(message.IndexOf(Reason, StringComparison.Ordinal), message.LastIndexOf(Reason, StringComparison.Ordinal));
        Assert.Contains($" The reason: {Reason}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_of_one_image_are_not_to_be_halved()
    {
        var progress = new Listener(_ => throw new InsufficientMemoryException());
        string message = Assert.Throws<InvalidOperationException>(() => Train(Found with { BatchSize = 1, Progress = progress })).Message;
        Assert.Contains("batches of 1 images. Make them smaller, or the images", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private ImageClassificationTransformer Train(FineTuningOptions options) => Trainings.Train(options, _images.Path);
}
