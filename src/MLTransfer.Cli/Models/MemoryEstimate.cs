namespace MLTransfer.Cli.Models;

/// <summary>What a network needs in float32, counted as torchsummary does: in bytes, for one image.</summary>
/// <param name="Input">The image.</param>
/// <param name="Activations">What the modules give, and the gradients of that: what training needs for each image of a batch.</param>
/// <param name="Parameters">The weights.</param>
internal sealed record MemoryEstimate(long Input, long Activations, long Parameters)
{
    private const long Float = sizeof(float);

    public long Total => Input + Activations + Parameters;

    internal static MemoryEstimate Of(BackboneStructure structure) => new(
        Float * Numbers(structure.Input),
        2 * Float * structure.Layers.SelectMany(layer => layer.Modules).Sum(module => module.Output is { } output ? Numbers(output) : 0),
        Float * structure.Parameters);

    private static long Numbers(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}
