using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Where in the image each pixel of the result comes from.</summary>
internal interface IPixelMap
{
    /// <summary>The place that the centre of a pixel of the result shows, in pixels from the left and the upper edge.</summary>
    ImagePoint Source(int x, int y);
}
