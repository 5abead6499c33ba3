using MLTransfer.Data.Containers;

namespace MLTransfer.Data.Cifar;

/// <summary>Pictures of CIFAR-10 or CIFAR-100: 32 × 32 pixels, all reds first, then all greens, then all blues; with their classes.</summary>
internal abstract class CifarPictures(int[] labels) : RasterContainer(labels.Length, Side, Side)
{
    protected const int Side = 32, Plane = Side * Side, PictureLength = 3 * Plane;

    /// <summary>The class of each picture; of CIFAR-100, the fine one.</summary>
    public int[] Labels => labels;

    protected sealed override void Read(int index, Span<byte> target)
    {
        Span<byte> planes = stackalloc byte[PictureLength];
        ReadPlanes(index, planes);
        for (int pixel = 0, to = 0; pixel < Plane; pixel++, to += 3)
            (target[to], target[to + 1], target[to + 2]) = (planes[pixel], planes[Plane + pixel], planes[(2 * Plane) + pixel]);
    }

    protected abstract void ReadPlanes(int index, Span<byte> planes);
}
