using Microsoft.ML;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

[Collection(nameof(RunAlone))]
public sealed class FailedTrainingTests : IDisposable
{
    private readonly ColouredPictures _pictures = new(perClass: 4);

    public static TheoryData<string> Failures => [.. Options.Keys];

    private static Dictionary<string, FineTuningOptions> Options { get; } = new()
    {
        ["no auxiliary heads"] = TrainedModel.Options with { AuxiliaryWeight = 0.3 },
        ["no such layer"] = TrainedModel.Options with { Train = Layers.From("attic") },
        ["pictures of another size"] = TrainedModel.Options with { TrainingTransforms = Presets.ImageNetTrain() },
        ["diverged"] = TrainedModel.Options with { LearningRate = 1e30 },
        ["stopped before the end of an epoch"] = TrainedModel.Options with { Cancellation = new CancellationToken(canceled: true) },
    };

    [Theory, MemberData(nameof(Failures))]
    public void A_training_that_fails_leaves_no_network_behind(string failure)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_pictures.Path);
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        FineTuningEstimator trainer = ml.MulticlassClassification.Trainers.FineTuning(Options[failure]);
        long before = LiveTensors.Count();

        Exception error = Assert.ThrowsAny<Exception>(() => trainer.Fit(keyed));

        Assert.True(error is ArgumentException or InvalidOperationException or OperationCanceledException, error.ToString());
        Assert.Equal(before, TorchSharp.torch.Tensor.TotalCount);
    }

    public void Dispose() => _pictures.Dispose();
}
