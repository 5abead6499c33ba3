using MLTransfer.Cli.CommandLine;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Train;

/// <summary>What 'mlt train' was asked, checked; null where the library's default holds.</summary>
internal sealed record TrainArguments
{
    internal required string Data { get; init; }

    /// <summary>What was opened there.</summary>
    internal TrainData Images { get; init; } = null!;

    /// <summary>The folds of a cross-validation; empty where there is none.</summary>
    internal IReadOnlyList<TrainFold> Folds { get; init; } = [];

    internal string? Validation { get; init; }

    /// <summary>The options that say how the data set to validate on is read, as they would be typed again, each behind a blank.</summary>
    internal string Reading { get; init; } = "";

    /// <summary>The share of <see cref="Data"/> kept for validation when there is no <see cref="Validation"/>.</summary>
    internal required double ValidationFraction { get; init; }

    internal required bool FineTune { get; init; }

    internal required string Backbone { get; init; }

    internal string Weights { get; init; } = WeightsReference.Default;

    /// <summary>Where published weights are looked for.</summary>
    internal WeightStore Store { get; init; } = WeightStore.Default;

    internal ClassifierHead? Head { get; init; }

    internal Layers Layers { get; init; } = Layers.All;

    internal ClassBalance Balance { get; init; }

    internal int? Epochs { get; init; }

    internal int? BatchSize { get; init; }

    internal double? LearningRate { get; init; }

    internal OptimizerKind? Optimizer { get; init; }

    internal ScheduleKind? Schedule { get; init; }

    internal double? WeightDecay { get; init; }

    internal double? LabelSmoothing { get; init; }

    internal string? Augmentation { get; init; }

    internal double? Mixup { get; init; }

    internal double? CutMix { get; init; }

    internal int? ImageSize { get; init; }

    internal Precision Precision { get; init; }

    internal DeviceKind Device { get; init; }

    internal int? Threads { get; init; }

    internal int Seed { get; init; }

    internal bool StopOnBadImage { get; init; }

    internal int? MaximumPixels { get; init; }

    internal string? CacheFolder { get; init; }

    /// <summary>MiB of memory for decoded images.</summary>
    internal int? ImageMemory { get; init; }

    internal bool ReducedScale { get; init; }

    /// <summary>Where the training is kept after every epoch; null where it is not.</summary>
    internal string? CheckpointFolder { get; init; }

    internal required OutputFile Out { get; init; }

    /// <summary>The page about the training; null where none is wanted.</summary>
    internal OutputFile? Report { get; init; }

    /// <summary>Each training of a cross-validation is kept in a folder of its own.</summary>
    internal string? CheckpointOf(string training) => CheckpointFolder is null ? null : Path.Combine(CheckpointFolder, training);

    internal string Mode => FineTune ? TrainOptions.FineTune : TrainOptions.Features;
}
