using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>The requirements of training, scoring and saving on every backbone.</summary>
internal static class BackboneContract
{
    private const int Shown = 5;
    private const double ExportTolerance = 1e-3;

    /// <summary>Checks a network; it is left in evaluation mode with a new classifier, all its weights trainable.</summary>
    /// <param name="backbone">The declared properties.</param>
    /// <param name="model">The network.</param>
    /// <param name="classes">The number of classes it was built with.</param>
    /// <param name="images">At least two images (N, 3, H, W) of a size it takes.</param>
    /// <returns>A sentence for each violation; none where it keeps the contract.</returns>
    public static IReadOnlyList<string> FindViolations(Backbone backbone, ImageModel model, int classes, Tensor images)
    {
        List<string> found = [.. Groups(model), .. Weights(model)];
        if (backbone.FeatureWidth != model.FeatureWidth)
            found.Add($"Its features are {model.FeatureWidth} wide in the network and {backbone.FeatureWidth} in its description.");
        if (backbone.InputSizes.Complaint(backbone.Preprocessing.CropTo) is { } complaint)
            found.Add($"Its preprocessing ends with images of {backbone.Preprocessing.CropTo} × {backbone.Preprocessing.CropTo} pixels: "
                + complaint);
        // Later checks would only repeat the failure of an earlier one.
        if (found.Count == 0) found.AddRange(Features(model, images));
        if (found.Count == 0) found.AddRange(Logits(model, classes, images));
        if (found.Count == 0) found.AddRange([.. Gradients(model, images), .. OtherHead(model, images)]);
        return found;
    }

    private static IEnumerable<string> Groups(ImageModel model)
    {
        if (model.Groups.Count == 0) yield return "It has no layer groups.";
        string[] names = [.. model.Groups.Select(group => group.Name), model.HeadName];
        for (int i = 0; i < names.Length; i++)
        {
            if (model.FirstTrained(Layers.From(names[i])) is var found && found != i)
                yield return $"The layer group '{names[i]}' cannot be told from '{names[found]}': "
                    + "no name may repeat, or be the start of one before it.";
        }
        foreach (AuxiliaryHead head in model.AuxiliaryHeads.Where(head => model.Groups.All(group => group.Name != head.After)))
            yield return $"The auxiliary head '{head.StateName}' would never be trained: there is no layer group '{head.After}', "
                + "whose output it classifies.";
    }

    // The optimizer, freezing and the files of weights each see the network through one of these lists.
    private static IEnumerable<string> Weights(ImageModel model)
    {
        Dictionary<IntPtr, string> registered = model.named_parameters().DistinctBy(item => item.parameter.Handle)
            .ToDictionary(item => item.parameter.Handle, item => item.name);
        Parameter[] grouped = [.. model.Groups.SelectMany(group => group.Modules).Append(model.Head).Concat(model.AuxiliaryHeads)
            .SelectMany(module => module.parameters())];
        if (model.Groups.FirstOrDefault(group => group.Modules.SelectMany(module => module.parameters())
            .Any(parameter => !registered.ContainsKey(parameter.Handle))) is { } foreign)
            yield return $"The layer group '{foreign.Name}' has weights that the network does not: register its modules with Child.";
        HashSet<IntPtr> seen = [];
        string[] twice = [.. grouped.Where(parameter => !seen.Add(parameter.Handle))
            .Select(parameter => registered.GetValueOrDefault(parameter.Handle, "?"))];
        string[] missing = [.. registered.Where(item => !seen.Contains(item.Key)).Select(item => item.Value)];
        if (twice.Length > 0) yield return $"More than one layer group has {List(twice)}.";
        if (missing.Length > 0) yield return $"No layer group has {List(missing)}.";
        if (!registered.Values.Any(name => name.StartsWith(model.HeadName + ".", StringComparison.Ordinal)))
            yield return $"Its classifier is not called '{model.HeadName}' in its state_dict: name the module that holds it as headOwner.";
    }

    private static IEnumerable<string> Features(ImageModel model, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        model.eval();
        Tensor features = model.Features(images);
        if (!features.shape.SequenceEqual([images.shape[0], model.FeatureWidth]))
            yield return $"Its features are {Describe(features.shape)}; expected: {Describe(images.shape[0], model.FeatureWidth)}.";
        if (features.dtype != ScalarType.Float32) yield return $"Its features are {features.dtype}; expected: Float32.";
    }

    private static IEnumerable<string> Logits(ImageModel model, int classes, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Tensor logits = model.call(images);
        if (!logits.shape.SequenceEqual([images.shape[0], classes]))
            yield return $"Its logits are {Describe(logits.shape)}; expected: {Describe(images.shape[0], classes)}.";
        if (!logits.Equals(model.call(images))) yield return "It scores the same images differently in evaluation mode.";
        using var frozen = new FrozenModel(model, ScalarType.Float32);
        if (!AreSame(frozen.Logits(images), logits) || !AreSame(frozen.Features(images), model.Features(images))
            || !AreSame(frozen.Logits(images[..1]), logits[..1]))
            yield return "Its form for export, which predictions use, computes something else than the network.";
    }

    private static bool AreSame(Tensor packed, Tensor called) => packed.shape.SequenceEqual(called.shape)
        && (packed - called).abs().max().item<float>() <= ExportTolerance * called.abs().max().item<float>();

    private static IEnumerable<string> Gradients(ImageModel model, Tensor images)
    {
        using var scope = NewDisposeScope();
        model.train();
        foreach (Parameter parameter in model.parameters()) parameter.requires_grad = true;
        model.call(images).sum().backward();
        var auxiliary = model.AuxiliaryHeads.SelectMany(head => head.parameters()).Select(parameter => parameter.Handle).ToHashSet();
        string[] without = [.. model.named_parameters()
            .Where(item => item.parameter.grad is null && !auxiliary.Contains(item.parameter.Handle)).Select(item => item.name)];
        foreach (Parameter parameter in model.parameters()) parameter.grad = null;
        model.eval();
        if (without.Length > 0) yield return $"No gradient reaches {List(without)}.";
    }

    private static IEnumerable<string> OtherHead(ImageModel model, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        model.ResetClassifier(3, ClassifierHead.Mlp(16));
        if (model.call(images) is var logits && !logits.shape.SequenceEqual([images.shape[0], 3]))
            yield return $"With a head for 3 classes its logits are {Describe(logits.shape)}.";
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? $" and {names.Length - Shown} more" : "");

    private static string Describe(params long[] shape) => $"({string.Join(", ", shape)})";
}
