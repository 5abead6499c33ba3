namespace MLTransfer.Data;

/// <summary>Images of CIFAR-10 or CIFAR-100: 32 × 32 pixels, all reds first, then all greens, then all blues; with their classes.</summary>
internal abstract class CifarImages(int[] labels) : RasterContainer(labels.Length, Side, Side)
{
    protected const int Side = 32, Plane = Side * Side, ImageLength = 3 * Plane;

    /// <summary>The class of each image; of CIFAR-100, the fine one.</summary>
    public int[] Labels => labels;

    protected sealed override void Read(int index, Span<byte> target)
    {
        Span<byte> planes = stackalloc byte[ImageLength];
        ReadPlanes(index, planes);
        for (int pixel = 0, to = 0; pixel < Plane; pixel++, to += 3)
            (target[to], target[to + 1], target[to + 2]) = (planes[pixel], planes[Plane + pixel], planes[(2 * Plane) + pixel]);
    }

    protected abstract void ReadPlanes(int index, Span<byte> planes);
}
