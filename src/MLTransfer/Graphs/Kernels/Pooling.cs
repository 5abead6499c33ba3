using static TorchSharp.torch;

namespace MLTransfer.Graphs.Kernels;

/// <summary>The largest value or the mean of each window; padding takes no part in either.</summary>
internal static class Pooling
{
    /// <summary>The largest value of each window.</summary>
    /// <exception cref="KernelException">The window does not fit.</exception>
    public static Tensor Max(Tensor images, long height, long width, Windowing windowing)
    {
        Tensor input = windowing.ToTorch(images);
        ScalarType type = images.dtype;
        // torch pools the small integers of no device, and half precision not of every one; float32 holds all their values.
        bool isConverted = type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Float16;
        if (isConverted) input = input.to(ScalarType.Float32);
        (Tensor padded, long[] even) = windowing.Pad(input, height, width, double.NegativeInfinity);
        (padded, even) = WithinHalf(padded, even, height, width, double.NegativeInfinity);
        Tensor output = nn.functional.max_pool2d(padded, [height, width], [windowing.StrideHeight, windowing.StrideWidth], even,
            [windowing.DilationHeight, windowing.DilationWidth]);
        return windowing.FromTorch(isConverted ? output.to(type) : output);
    }

    /// <summary>The mean of each window.</summary>
    /// <param name="images">The images.</param>
    /// <param name="height">The rows of the window.</param>
    /// <param name="width">The columns of the window.</param>
    /// <param name="windowing">How it moves; dilations are not possible.</param>
    /// <exception cref="KernelException">The window does not fit.</exception>
    public static Tensor Average(Tensor images, long height, long width, Windowing windowing)
    {
        if (images.dtype == ScalarType.Float16)
            return Average(images.to(ScalarType.Float32), height, width, windowing).to(ScalarType.Float16);
        Tensor input = windowing.ToTorch(images);
        (Tensor padded, long[] even) = windowing.Pad(input, height, width, 0);
        bool isWithinHalf = even[0] <= height / 2 && even[1] <= width / 2;
        if (ReferenceEquals(padded, input) && isWithinHalf) return windowing.FromTorch(Pool(input, even, null));
        (padded, even) = WithinHalf(padded, even, height, width, 0);
        Tensor sums = Pool(padded, even, 1);
        Tensor inside = ones([1, 1, input.shape[2], input.shape[3]], input.dtype, input.device);
        (Tensor paddedInside, long[] evenInside) = windowing.Pad(inside, height, width, 0);
        (paddedInside, evenInside) = WithinHalf(paddedInside, evenInside, height, width, 0);
        return windowing.FromTorch(sums / Pool(paddedInside, evenInside, 1));

        Tensor Pool(Tensor maps, long[] padding, long? divisor) => nn.functional.avg_pool2d(
            maps, [height, width], [windowing.StrideHeight, windowing.StrideWidth], padding, count_include_pad: false,
            divisor_override: divisor);
    }

    /// <summary>torch pads by at most half a window.</summary>
    private static (Tensor Images, long[] Even) WithinHalf(Tensor images, long[] even, long height, long width, double filler) =>
        even[0] <= height / 2 && even[1] <= width / 2
            ? (images, even)
            : (nn.functional.pad(images, new[] { even[1], even[1], even[0], even[0] }, TorchSharp.PaddingModes.Constant, filler), [0, 0]);
}
