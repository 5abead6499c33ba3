using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Blurs by a Gaussian of random width. As torchvision's <c>GaussianBlur</c>; images not larger than half the kernel, which torchvision
/// refuses, are mirrored at their edges as often as necessary.
/// </summary>
public sealed record GaussianBlur : BuiltInTransform
{
    private const int LargestKernel = 255;

    /// <summary>Creates the transform with a square kernel.</summary>
    /// <param name="kernelSize">Columns and rows of the kernel: odd, from 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is even, or is not between 1 and 255.</exception>
    public GaussianBlur(int kernelSize) : this(new ImageDimensions(kernelSize, kernelSize))
    {
    }

    /// <summary>Creates the transform.</summary>
    /// <param name="kernelSize">Columns and rows of the kernel: odd, from 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is even, or is not between 1 and 255.</exception>
    [JsonConstructor]
    public GaussianBlur(ImageDimensions kernelSize)
    {
        if (!IsAllowed(kernelSize.Width) || !IsAllowed(kernelSize.Height))
            throw new ArgumentOutOfRangeException(
                nameof(kernelSize), kernelSize,
                $"The kernel has {kernelSize.Width} x {kernelSize.Height} pixels; both numbers must be odd and lie between 1 and "
                + $"{LargestKernel}.");
        KernelSize = kernelSize;
    }

    /// <summary>Columns and rows of the kernel.</summary>
    public ImageDimensions KernelSize { get; }

    /// <summary>Standard deviation of the Gaussian in pixels, above 0; drawn for each image. Default 0.1 to 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is not a positive number, or the lower end is above the upper.</exception>
    public Interval Sigma { get; init => field = value.Positive(nameof(Sigma)); } = new(0.1, 2);

    internal override void Change(ImageBuffer buffer, ref ImageRandom random) =>
        Gaussian.Blur(buffer, KernelSize, Sigma.Sample(ref random));

    private static bool IsAllowed(int length) => length is > 0 and <= LargestKernel && int.IsOddInteger(length);
}
