using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Parameters that share a learning rate and a weight decay.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRate">Their peak learning rate.</param>
/// <param name="WeightDecay">Their weight decay.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay);

/// <summary>Divides the trainable parameters into groups, and creates their optimizer.</summary>
internal static class ParameterGroups
{
    /// <summary>A group each for the backbone and the head, where they are trained.</summary>
    public static IReadOnlyList<ParameterGroup> Create(TrainableModel model, TrainingOptions options)
    {
        double rate = options.PeakLearningRate;
        ParameterGroup[] groups =
        [
            new(model.Backbone, rate, options.WeightDecay),
            new(model.Head, rate * options.HeadRateFactor, options.WeightDecay),
        ];
        return [.. groups.Where(group => group.Parameters.Count > 0)];
    }

    public static OptimizerHelper CreateOptimizer(
        OptimizerKind kind, IReadOnlyList<ParameterGroup> groups, double momentum) => kind switch
    {
        OptimizerKind.Sgd => optim.SGD(groups.Select(
            group => new SGD.ParamGroup(
                group.Parameters, group.LearningRate, momentum, weight_decay: group.WeightDecay, nesterov: momentum > 0)),
            groups[0].LearningRate),
        OptimizerKind.Adam => optim.Adam(groups.Select(
            group => new Adam.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        OptimizerKind.AdamW => optim.AdamW(groups.Select(
            group => new AdamW.ParamGroup(group.Parameters, group.LearningRate, weight_decay: group.WeightDecay))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such optimizer."),
    };
}
