using MLTransfer.Models;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>The zoo as tests go through it.</summary>
internal static class Zoo
{
    private static readonly string[] NotInTorchvision = ["cifar_", "mobilenet_v1", "embedded"];

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
        return ((actual - expected).abs().max() / expected.abs().max()).item<float>();
    }

    // Larger patches make a ViT larger, by their projection, and yet four times as fast.
    private static long Size(Backbone backbone) => backbone.Name == "vit_b_32" ? 0 : backbone.Parameters;
}
