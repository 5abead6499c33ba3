using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>The zoo as tests go through it.</summary>
internal static class Zoo
{
    private static readonly string[] NotInTorchvision = ["cifar_", "mobilenet_v1", "embedded", "resnet18_mlnet"];

    public static IEnumerable<string> Names => ModelZoo.All.Select(backbone => backbone.Name);

    /// <summary>The others of a family run the same code.</summary>
    public static IEnumerable<string> SmallestOfEachFamily =>
        ModelZoo.All.GroupBy(backbone => backbone.Family).Select(family => family.MinBy(Size)!.Name);

    public static bool IsInTorchvision(string name) => !NotInTorchvision.Any(start => name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>A side of images that is small, so that it is fast, where the network takes that.</summary>
    public static int SmallSide(Backbone backbone) => Math.Min(Math.Max(64, backbone.InputSizes.Minimum), backbone.Preprocessing.CropTo);

    /// <summary>The largest difference, as a part of the largest expected number.</summary>
    public static double RelativeDifference(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        return ((actual - expected).abs().max() / expected.abs().max()).to(ScalarType.Float32).item<float>();
    }

    // Larger patches make a ViT larger, by their projection, and yet four times as fast.
    private static long Size(Backbone backbone) => backbone.Name == "vit_b_32" ? 0 : backbone.Parameters;
}

/// <summary>
/// Makes random what networks start as constants: with a scale of one, a bias or a classifier of zero much could be wrong unseen.
/// </summary>
internal static class RandomWeights
{
    public static void Fill(nn.Module model)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var parameter in model.parameters().Where(parameter => parameter.min().Equals(parameter.max())))
            parameter.add_(randn(parameter.shape), 0.05);
        foreach ((string name, Tensor value) in model.state_dict())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) value.normal_(0, 0.1);
            if (name.EndsWith("running_var", StringComparison.Ordinal)) value.uniform_(0.5, 1.5);
        }
    }
}

/// <summary>The tensors alive in the process.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// How many there are, without those that earlier tests left to the finalizers: they must not end while a test counts. Each parameter
    /// made between two counts adds one for ever: TorchSharp 0.107 still counts the tensor that it was made of, though its memory has
    /// become the parameter's.
    /// </summary>
    internal static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>How many of those that this thread created are alive: finalizers and other threads do not change it.</summary>
    internal static long OnThisThread => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
