using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// How two places of a square window lie to each other, as Swin Transformers number it (Liu et al. 2021, https://arxiv.org/abs/2103.14030,
/// section 3.2): (2 · side − 1)² possibilities.
/// </summary>
internal static class RelativePositions
{
    /// <summary>For each pair of places, the number of the way from the second to the first: (side², side²), whole numbers.</summary>
    public static Tensor Index(int side)
    {
        int places = side * side;
        long[] index = new long[places * places];
        for (int i = 0; i < places; i++)
        {
            for (int j = 0; j < places; j++)
                index[i * places + j] = (i / side - j / side + side - 1) * (2 * side - 1) + i % side - j % side + side - 1;
        }

        return tensor(index, [places, places]);
    }

    /// <summary>
    /// Each way as two numbers, rows and columns, on a logarithmic scale: sign(x) · log₂(1 + |8x|) / 3 of x in [−1, 1] (Liu et al. 2022,
    /// https://arxiv.org/abs/2111.09883, section 3.3): (1, 2 · side − 1, 2 · side − 1, 2).
    /// </summary>
    public static Tensor LogarithmicCoordinates(int side)
    {
        int ways = 2 * side - 1;
        float[] scale = [.. Enumerable.Range(1 - side, ways).Select(way => 8f * way / (side - 1))
            .Select(x => MathF.CopySign(MathF.Log2(MathF.Abs(x) + 1) / 3, x))];
        return tensor(scale.SelectMany(row => scale.SelectMany(column => new[] { row, column })).ToArray(), [1, ways, ways, 2]);
    }

    /// <summary>A number for each way and head (ways, heads) as one for each head and pair of places: (1, heads, places, places).</summary>
    public static Tensor Bias(Tensor table, Tensor index)
    {
        using var scope = NewDisposeScope();
        long places = (long)Math.Sqrt(index.numel());
        return table.index_select(0, index.flatten()).view(places, places, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
            .MoveToOuterDisposeScope();
    }
}
