using MLTransfer.Cli.Demo.Pictures;

namespace MLTransfer.Cli.Demo;

/// <summary>How large the demo is and how it trains: enough to show what transfer buys, in under three minutes on two cores.</summary>
internal sealed record DemoPlan(int Seed)
{
    internal const string Backbone = "cifar_resnet20";

    internal PictureSet Source => new(PictureClass.Source, PicturesPerClass: 200, Seed);

    internal PictureSet Training => new(PictureClass.Target, PicturesPerClass: 15, Seed + 1);

    internal PictureSet Validation => new(PictureClass.Target, PicturesPerClass: 40, Seed + 2);

    internal static FineTuningOptions Pretraining => new()
    {
        Backbone = Backbone, Epochs = 10, BatchSize = 64, LearningRate = 0.1, Augment = false, ValidationFraction = 0.1,
    };

    internal static FineTuningOptions Scratch => FineTuning(null) with { LearningRate = 0.05 };

    internal static FeatureExtractionOptions Features(string weights) => new() { Backbone = Backbone, Weights = weights, Epochs = 40 };

    internal static FineTuningOptions FineTuning(string? weights) => new()
    {
        Backbone = Backbone, Weights = weights, Epochs = 30, BatchSize = 16, LearningRate = 0.01, Augment = false,
    };
}
