using TorchSharp.Modules;

namespace MLTransfer.Training;

/// <summary>Parameters that share a learning rate and a weight decay.</summary>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRate">Their peak learning rate.</param>
/// <param name="WeightDecay">Their weight decay.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay)
{
    /// <summary>The layer group they are in, <c>backbone</c> for all together, or <c>head</c>.</summary>
    public string Name { get; init; } = ParameterGroups.Backbone;
}

/// <summary>Divides the trainable parameters into groups.</summary>
internal static class ParameterGroups
{
    /// <summary>The name of the backbone where its layers have the same rate.</summary>
    public const string Backbone = "backbone";

    // Parameters of two and more dimensions that are not decayed either, as in timm.
    private static readonly string[] EmbeddingsAndScales =
    [
        "pos_embedding", "class_token", "relative_position_bias_table", "layer_scale", "logit_scale", "pos_embed", "cls_token",
    ];

    /// <summary>
    /// A group each for the backbone, or for each of its layers from output to input where their rates differ, and for the head, where they
    /// are trained; and another each for the parameters without weight decay.
    /// </summary>
    public static IReadOnlyList<ParameterGroup> Create(TrainableModel model, TrainingOptions options)
    {
        double rate = options.PeakLearningRate;
        double factor = options.LayerRateFactor(model.Layers.Count);
        IEnumerable<(string Name, IReadOnlyList<Parameter> Parameters, double Rate)> layers = factor == 1
            ? [(Backbone, model.Backbone, rate)]
            : model.LayerNames.Zip(model.Layers).Reverse()
                .Select((layer, depth) => (layer.First, layer.Second, rate * Math.Pow(factor, depth + 1)));
        Func<Parameter, bool> isDecayed = options.DecayNorms ? _ => true : Decayed(model);
        return
        [
            .. layers.Append((Name: "head", Parameters: model.Head, Rate: rate * options.HeadRateFactor))
                .SelectMany(layer => layer.Parameters.GroupBy(isDecayed)
                .OrderByDescending(group => group.Key)
                .Select(group => new ParameterGroup([.. group], layer.Rate, group.Key ? options.WeightDecay : 0) { Name = layer.Name })),
        ];
    }

    /// <summary>Neither norms and biases, which are vectors, nor embeddings and scales are decayed.</summary>
    private static Func<Parameter, bool> Decayed(TrainableModel model)
    {
        HashSet<IntPtr> spared =
        [
            .. model.Network.named_parameters()
                .Where(entry => entry.parameter.dim() <= 1 || EmbeddingsAndScales.Contains(entry.name.Split('.')[^1]))
                .Select(entry => entry.parameter.Handle),
        ];
        return parameter => !spared.Contains(parameter.Handle);
    }
}
