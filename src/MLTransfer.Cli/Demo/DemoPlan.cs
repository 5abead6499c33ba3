namespace MLTransfer.Cli.Demo;

/// <summary>How large the demo is and how it trains: enough to show in a minute what transfer buys.</summary>
internal sealed record DemoPlan(int Seed)
{
    internal const string Backbone = "embedded";

    internal ImageSet Training => new(SceneClass.All, ImagesPerClass: 15, Seed);

    internal ImageSet Validation => new(SceneClass.All, ImagesPerClass: 25, Seed + 1);

    /// <summary>As many epochs as fine-tuning has, at the learning rate that serves random weights best.</summary>
    internal static FineTuningOptions FromScratch =>
        FineTuning with { Weights = "none", Optimizer = OptimizerKind.Adam, LearningRate = 3e-3 };

    internal static FeatureExtractionOptions Features => new() { Backbone = Backbone, Epochs = 40 };

    internal static FineTuningOptions FineTuning => new() { Backbone = Backbone, Epochs = 20, BatchSize = 16 };
}
