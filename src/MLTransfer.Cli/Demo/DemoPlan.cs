using MLTransfer.Cli.Demo.Pictures;

namespace MLTransfer.Cli.Demo;

/// <summary>How large the demo is and how it trains: enough to show what transfer buys, in under three minutes on two cores.</summary>
internal sealed record DemoPlan(int Seed)
{
    internal const string Backbone = "cifar_resnet20";

    internal PictureSet Source => new(PictureClass.Source, PicturesPerClass: 200, Seed);

    internal PictureSet Training => new(PictureClass.Target, PicturesPerClass: 15, Seed + 1);

    internal PictureSet Validation => new(PictureClass.Target, PicturesPerClass: 40, Seed + 2);

    internal static FineTuningOptions Pretraining => FromScratch with { Epochs = 6, ValidationFraction = 0.1, Augment = false };

    /// <summary>What serves the pretraining best, and as many epochs as fine-tuning has.</summary>
    internal static FineTuningOptions FromScratch => new()
    {
        Backbone = Backbone, Epochs = 30, BatchSize = 16, Optimizer = OptimizerKind.Adam, LearningRate = 3e-3,
    };

    internal static FeatureExtractionOptions Features(string weights) => new() { Backbone = Backbone, Weights = weights, Epochs = 40 };

    internal static FineTuningOptions FineTuning(string weights) => new() { Backbone = Backbone, Weights = weights, Epochs = 30, BatchSize = 16 };
}
