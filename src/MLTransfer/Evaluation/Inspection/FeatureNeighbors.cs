using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>The nearest neighbors of each image by the cosine similarity of features, nearest first.</summary>
/// <param name="PerRow">How many each image has.</param>
/// <param name="Indices">Their indices, image by image.</param>
/// <param name="Similarities">Their similarities, from -1 to 1.</param>
internal sealed record FeatureNeighbors(int PerRow, long[] Indices, float[] Similarities)
{
    // Similarities in memory at a time: 64 MiB.
    private const long MostNumbers = 1 << 24;

    /// <summary>Compares all images with all others, in blocks: the matrix of all similarities is never in memory.</summary>
    /// <param name="features">Features (n, d).</param>
    /// <param name="most">How many neighbors to find; fewer where there are fewer other images.</param>
    /// <param name="done">Receives the number of newly finished images.</param>
    /// <param name="cancel">Stops after the current block.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static FeatureNeighbors Find(Tensor features, int most, Action<int> done, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        int count = (int)features.shape[0], perRow = Math.Min(most, count - 1);
        Tensor unit = nn.functional.normalize(features, dim: 1);
        long[] indices = new long[(long)count * perRow];
        float[] similarities = new float[indices.Length];
        int block = (int)Math.Clamp(MostNumbers / count, 1, count);
        for (int start = 0; start < count && perRow > 0; start += block)
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            int rows = Math.Min(block, count - start);
            Tensor similar = unit.narrow(0, start, rows).mm(unit.t());
            // An image is not its own neighbor.
            similar.diagonal(start).fill_(float.NegativeInfinity);
            (Tensor values, Tensor places) = similar.topk(perRow);
            values.cpu().contiguous().data<float>().CopyTo(similarities, start * perRow);
            places.cpu().contiguous().data<long>().CopyTo(indices, start * perRow);
            done(rows);
        }

        return new(perRow, indices, similarities);
    }
}
