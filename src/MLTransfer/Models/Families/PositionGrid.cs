using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>Embeddings (1, 1 + side², D) of a class token and of the places of a square grid.</summary>
internal static class PositionGrid
{
    /// <summary>The side of the grid, null where the places make no square.</summary>
    public static long? Side(long tokens)
    {
        long side = (long)Math.Round(Math.Sqrt(tokens - 1));
        return side > 0 && side * side == tokens - 1 ? side : null;
    }

    /// <summary>
    /// The embeddings for a grid of another size: those of the places interpolated bicubically, corners on corners, as torchvision's
    /// <c>interpolate_embeddings</c> does.
    /// </summary>
    public static Tensor Resized(Tensor embeddings, long height, long width)
    {
        long tokens = embeddings.shape[1], side = Side(tokens)!.Value;
        if (side == height && side == width) return embeddings.alias();
        using var scope = NewDisposeScope();
        Tensor grid = embeddings.narrow(1, 1, tokens - 1).transpose(1, 2).reshape(1, -1, side, side);
        Tensor resized = nn.functional.interpolate(grid, [height, width], mode: InterpolationMode.Bicubic, align_corners: true);
        return cat([embeddings.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1).MoveToOuterDisposeScope();
    }
}
