namespace TorchSharp.Modules;

/// <summary>How a group of parameters is changed; what is null is taken from the optimizer's own options.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }
}
