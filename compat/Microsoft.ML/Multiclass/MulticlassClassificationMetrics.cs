namespace Microsoft.ML.Data;

public sealed class MulticlassClassificationMetrics
{
    internal MulticlassClassificationMetrics()
    {
    }

    /// <summary>The mean of −ln p, p being the probability given to the actual class.</summary>
    public double LogLoss { get; internal init; }

    /// <summary>The part of the labels' entropy that the model takes away; 1 of a perfect model, negative of one worse than the priors.</summary>
    public double LogLossReduction { get; internal init; }

    /// <summary>The mean of the accuracies of the classes that have rows.</summary>
    public double MacroAccuracy { get; internal init; }

    /// <summary>The fraction of rows whose actual class has the highest score.</summary>
    public double MicroAccuracy { get; internal init; }

    public double TopKAccuracy => TopKAccuracyForAllK is { Count: > 0 } all ? all[^1] : 0;

    public int TopKPredictionCount { get; internal init; }

    public IReadOnlyList<double> TopKAccuracyForAllK { get; internal init; }

    public IReadOnlyList<double> PerClassLogLoss { get; internal init; }

    public ConfusionMatrix ConfusionMatrix { get; internal init; }
}
