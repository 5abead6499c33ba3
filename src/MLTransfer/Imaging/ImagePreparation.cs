using System.Runtime.InteropServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>What happens to one image: read, decoded, transformed into its place in the batch.</summary>
internal sealed class ImagePreparation(
    KeptImages images, IReadOnlyList<int> order, IReadOnlyList<ImageTransform> transforms, int seed, int epoch)
{
    private readonly int[]? _occurrences = Occurrences(order);

    /// <returns>Nothing, or why the image cannot be used.</returns>
    internal SkippedImage? Prepare(int position, Span<byte> target)
    {
        int index = order[position];
        try
        {
            ImageRandom random = new(seed, epoch, index, _occurrences?[position] ?? 0);
            using DecodedPixels pixels = images.Open(index, random);
            TransformChain.Apply(transforms, pixels, ref random, target);
            return null;
        }
        catch (ImageException exception)
        {
            return new SkippedImage(index, images[index].Name, exception.Reason);
        }
    }

    /// <summary>For each position, how often its image came before; nothing where none comes twice.</summary>
    private static int[]? Occurrences(IReadOnlyList<int> order)
    {
        Dictionary<int, int> seen = new(order.Count);
        int[] before = new int[order.Count];
        for (int position = 0; position < before.Length; position++)
            before[position] = CollectionsMarshal.GetValueRefOrAddDefault(seen, order[position], out _)++;
        return seen.Count < before.Length ? before : null;
    }
}
