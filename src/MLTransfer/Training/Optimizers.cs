using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Makes the optimizer of a recipe: one group of parameters for the backbone, one for the head.</summary>
internal static class Optimizers
{
    private const double Momentum = 0.9;

    public static OptimizerHelper Create(TrainingRecipe recipe, IReadOnlyList<Parameter> backbone, IReadOnlyList<Parameter> head)
    {
        (IReadOnlyList<Parameter> Parameters, double Rate)[] groups =
            [.. new[] { (backbone, recipe.LearningRate), (head, recipe.LearningRate * recipe.HeadFactor) }
                .Where(group => group.Item1.Count > 0)];
        return recipe.Optimizer switch
        {
            OptimizerKind.Sgd => optim.SGD(
                groups.Select(g => new SGD.ParamGroup(g.Parameters, g.Rate, Momentum, weight_decay: recipe.WeightDecay, nesterov: true)),
                recipe.LearningRate),
            OptimizerKind.Adam => optim.Adam(
            groups.Select(g => new Adam.ParamGroup(g.Parameters, g.Rate, weight_decay: recipe.WeightDecay))),
            OptimizerKind.AdamW => optim.AdamW(
            groups.Select(g => new AdamW.ParamGroup(g.Parameters, g.Rate, weight_decay: recipe.WeightDecay))),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Optimizer, "There is no such optimizer."),
        };
    }
}
