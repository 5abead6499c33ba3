using System.Runtime.InteropServices;
using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Which places of an image a resized one is computed from; computed in float32, as TensorFlow does.</summary>
/// <param name="AlignCorners">Whether the centers of the corner pixels stay where they are.</param>
/// <param name="HalfPixelCenters">Whether pixels have their centers at half numbers; otherwise, in old graphs, at whole ones.</param>
internal readonly record struct ResizeGrid(bool AlignCorners, bool HalfPixelCenters)
{
    public static ResizeGrid Of(GraphNode node) => new(node.Attribute("align_corners", false), node.Attribute("half_pixel_centers", false));

    /// <summary>Pixels of the image for each of the resized one.</summary>
    public float Scale(long from, long to) => AlignCorners && to > 1 ? (from - 1) / (float)(to - 1) : from / (float)to;

    /// <summary>The place that a pixel of the resized image is computed from.</summary>
    public float Place(long at, float scale) => HalfPixelCenters ? ((at + 0.5f) * scale) - 0.5f : at * scale;
}

/// <summary>TensorFlow's ways to resize images (N, H, W, C).</summary>
internal static class Resizing
{
    // TensorFlow looks its cubic weights up in a table of this many steps.
    private const int CubicSteps = 1024;

    public static void AddTo(OperationSet operations) => operations
        .Add("ResizeBilinear", (node, inputs) => [Bilinear(inputs[0].Tensor, inputs[1], ResizeGrid.Of(node))])
        .Add("ResizeNearestNeighbor", (node, inputs) => [Nearest(inputs[0].Tensor, inputs[1], ResizeGrid.Of(node))])
        .Add("ResizeBicubic", (node, inputs) =>
            [ByMatrices(inputs[0].Tensor, inputs[1], (from, to) => CubicWeights(from, to, ResizeGrid.Of(node)))])
        .Add("ResizeArea", (node, inputs) =>
            [ByMatrices(inputs[0].Tensor, inputs[1], (from, to) => AreaWeights(from, to, ResizeGrid.Of(node)))]);

    /// <summary>The mean of the four nearest pixels, weighted by distance; float32.</summary>
    public static Tensor Bilinear(Tensor images, GraphValue size, ResizeGrid grid)
    {
        (long height, long width) = Target(images, size);
        Tensor wide = images.to(ScalarType.Float32);
        return Interpolate(Interpolate(wide, 2, width, grid), 1, height, grid);
    }

    private static Tensor Nearest(Tensor images, GraphValue size, ResizeGrid grid)
    {
        (long height, long width) = Target(images, size);
        return images.index_select(2, Indices(images, 2, width, grid)).index_select(1, Indices(images, 1, height, grid));
    }

    private static Tensor Interpolate(Tensor images, int axis, long to, ResizeGrid grid)
    {
        long from = images.shape[axis];
        float scale = grid.Scale(from, to);
        var (lower, upper, shares) = (new long[to], new long[to], new float[to]);
        for (long at = 0; at < to; at++)
        {
            float place = grid.Place(at, scale), floor = MathF.Floor(place);
            lower[at] = Math.Clamp((long)floor, 0, from - 1);
            upper[at] = Math.Clamp((long)MathF.Ceiling(place), 0, from - 1);
            shares[at] = place - floor;
        }
        Tensor first = images.index_select(axis, tensor(lower).to(images.device));
        Tensor second = images.index_select(axis, tensor(upper).to(images.device));
        Tensor share = tensor(shares).to(images.device).view(axis == 1 ? [-1, 1, 1] : [-1, 1]);
        return second.sub_(first).mul_(share).add_(first);
    }

    private static Tensor Indices(Tensor images, int axis, long to, ResizeGrid grid)
    {
        long from = images.shape[axis];
        float scale = grid.Scale(from, to);
        var indices = new long[to];
        for (long at = 0; at < to; at++)
        {
            float place = (grid.HalfPixelCenters ? at + 0.5f : at) * scale;
            float whole = grid.AlignCorners ? MathF.Round(place, MidpointRounding.AwayFromZero) : MathF.Floor(place);
            indices[at] = Math.Clamp((long)whole, 0, from - 1);
        }
        return tensor(indices).to(images.device);
    }

    /// <summary>Resizes with a weight for each pair of an old and a new row, and of columns.</summary>
    private static Tensor ByMatrices(Tensor images, GraphValue size, Func<long, long, float[]> weights)
    {
        (long height, long width) = Target(images, size);
        long[] shape = images.shape;
        Shapes.Elements(height, shape[1]);
        Shapes.Elements(width, shape[2]);
        Tensor rows = Matrix(weights(shape[1], height), height), columns = Matrix(weights(shape[2], width), width);
        Tensor resized = rows.matmul(images.to(ScalarType.Float32).reshape(shape[0], shape[1], shape[2] * shape[3]))
            .view(shape[0], height, shape[2], shape[3]);
        return columns.matmul(resized);

        Tensor Matrix(float[] values, long to) => tensor(values).view(to, -1).to(images.device);
    }

    // Keys' kernel with a = -0.5 where pixels have half centers, and weights beyond the edge left out; otherwise a = -0.75.
    private static float[] CubicWeights(long from, long to, ResizeGrid grid)
    {
        double a = grid.HalfPixelCenters ? -0.5 : -0.75;
        float scale = grid.Scale(from, to);
        float[] weights = new float[to * from];
        for (long at = 0; at < to; at++)
        {
            float place = grid.Place(at, scale);
            long first = (long)MathF.Floor(place);
            float near = MathF.Round((place - first) * CubicSteps) / CubicSteps, far = 1 - near;
            float[] four = [Outer(near + 1), Inner(near), Inner(far), Outer(far + 1)];
            if (grid.HalfPixelCenters)
            {
                for (int tap = 0; tap < 4; tap++) four[tap] = first + tap - 1 >= 0 && first + tap - 1 < from ? four[tap] : 0;
                float sum = four.Sum();
                four = [.. four.Select(weight => weight / sum)];
            }
            for (int tap = 0; tap < 4; tap++) weights[(at * from) + Math.Clamp(first + tap - 1, 0, from - 1)] += four[tap];
        }
        return weights;

        float Inner(float x) => (float)(((((a + 2) * x) - (a + 3)) * x * x) + 1);
        float Outer(float x) => (float)((((((a * x) - (5 * a)) * x) + (8 * a)) * x) - (4 * a));
    }

    private static float[] AreaWeights(long from, long to, ResizeGrid grid)
    {
        float scale = grid.Scale(from, to);
        float[] weights = new float[to * from];
        for (long at = 0; at < to; at++)
        {
            (float start, float end) = (at * scale, (at + 1) * scale);
            for (long source = (long)MathF.Floor(start); source < MathF.Ceiling(end); source++)
            {
                float share = Math.Min(source + 1, end) - Math.Max(source, start);
                weights[(at * from) + Math.Clamp(source, 0, from - 1)] += share / scale;
            }
        }
        return weights;
    }

    private static (long Height, long Width) Target(Tensor images, GraphValue size)
    {
        if (images.dim() != 4 || images.numel() == 0 || size.ToIntegers() is not [> 0 and var height, > 0 and var width])
        {
            throw new KernelException(
                $"It resizes {(GraphValue)images} to {Shapes.Text(size.ToIntegers())}; images and two positive sizes are expected.");
        }
        Shapes.Elements(images.shape[0], images.shape[1], width, images.shape[3]);
        Shapes.Elements(images.shape[0], height, images.shape[2], images.shape[3]);
        Shapes.Elements(images.shape[0], height, width, images.shape[3]);
        return (height, width);
    }
}
