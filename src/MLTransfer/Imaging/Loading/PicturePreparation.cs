using System.Runtime.InteropServices;

namespace MLTransfer.Imaging;

/// <summary>What happens to one picture: read, decoded, transformed into its place in the batch.</summary>
internal sealed class PicturePreparation(KeptPictures pictures, IReadOnlyList<int> order, IReadOnlyList<PictureTransform> transforms, int seed, int epoch)
{
    private readonly int[]? _occurrences = Occurrences(order);

    /// <returns>Nothing, or why the picture cannot be used.</returns>
    internal SkippedPicture? Prepare(int position, Span<byte> target)
    {
        int index = order[position];
        try
        {
            PictureRandom random = new(seed, epoch, index, _occurrences?[position] ?? 0);
            using DecodedPixels pixels = pictures.Open(index, random);
            TransformChain.Apply(transforms, pixels, ref random, target);
            return null;
        }
        catch (PictureException exception)
        {
            return new SkippedPicture(index, pictures[index].Name, exception.Reason);
        }
    }

    /// <summary>For each position, how often its picture came before; nothing where none comes twice.</summary>
    private static int[]? Occurrences(IReadOnlyList<int> order)
    {
        Dictionary<int, int> seen = new(order.Count);
        int[] before = new int[order.Count];
        for (int position = 0; position < before.Length; position++)
            before[position] = CollectionsMarshal.GetValueRefOrAddDefault(seen, order[position], out _)++;
        return seen.Count < before.Length ? before : null;
    }
}
