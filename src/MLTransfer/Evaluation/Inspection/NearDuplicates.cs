using System.Numerics;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Finds images that look the same. Of two hashes that differ in d bits of 64, cut into d + 1 bands, one band is the same in both; so only
/// images with a band in common are compared, first by their hashes and then by their shades.
/// </summary>
internal sealed class NearDuplicates(IReadOnlyList<InspectedImage> images, InspectionOptions options, CancellationToken cancel)
{
    // Thousands of images with a band in common are plain backgrounds; those next to each other by hash are compared.
    private const int MostNeighbours = 1000;

    private readonly int[] _group = [.. Enumerable.Range(0, images.Count)];

    /// <summary>Images that belong together, each in one group of at least two.</summary>
    public IReadOnlyList<IReadOnlyList<InspectedImage>> Groups()
    {
        int bands = options.NearDistance + 1;
        for (int band = 0; band < bands; band++)
        {
            (int from, int to) = (64 * band / bands, 64 * (band + 1) / bands);
            ulong mask = (to - from == 64 ? ulong.MaxValue : (1UL << (to - from)) - 1) << from;
            foreach (var bucket in Enumerable.Range(0, images.Count).GroupBy(index => images[index].Hash & mask))
                Compare([.. bucket.OrderBy(index => images[index].Hash)]);
        }
        return [.. Enumerable.Range(0, images.Count).GroupBy(Root).Where(group => group.Count() > 1)
            .Select(group => group.Select(index => images[index]).ToArray())];
    }

    private void Compare(int[] bucket)
    {
        cancel.ThrowIfCancellationRequested();
        for (int one = 0; one < bucket.Length; one++)
        {
            for (int other = one + 1; other < Math.Min(bucket.Length, one + 1 + MostNeighbours); other++)
            {
                if (Root(bucket[one]) != Root(bucket[other]) && LookSame(images[bucket[one]], images[bucket[other]]))
                    _group[Math.Max(Root(bucket[one]), Root(bucket[other]))] = Math.Min(Root(bucket[one]), Root(bucket[other]));
            }
        }
    }

    private bool LookSame(InspectedImage one, InspectedImage other) =>
        BitOperations.PopCount(one.Hash ^ other.Hash) <= options.NearDistance
            && one.Shades.CorrelationWith(other.Shades) >= options.NearCorrelation;

    private int Root(int index)
    {
        while (_group[index] != index)
            index = _group[index] = _group[_group[index]];
        return index;
    }
}
