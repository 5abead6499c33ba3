using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>The functions behind the layers and losses. The functions of <c>nn_functional.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_adaptive_avg_pool2d(Tensor input, ReadOnlySpan<long> size, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_avg_pool2d(
        Tensor input, ReadOnlySpan<long> kernel, int kernels, ReadOnlySpan<long> stride, int strides,
        ReadOnlySpan<long> padding, int paddings, Flag ceilMode, Flag countIncludePad, long divisor);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_batch_norm(
        Tensor input, Tensor? mean, Tensor? var, Tensor? weight,
        Tensor? bias, Flag training, double momentum, double eps);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_conv2d(
        Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride, int strides,
        ReadOnlySpan<long> padding, int paddings, ReadOnlySpan<long> dilation, int dilations, long groups);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_conv2d_padding(
        Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride,
        int strides, Flag same, ReadOnlySpan<long> dilation, int dilations, long groups);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_cross_entropy(
        Tensor input, Tensor target, Tensor? weight,
        long ignoreIndex, long reduction, double labelSmoothing);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_dropout(Tensor input, double p, Flag training, Flag inplace);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_gelu(Tensor input);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_hardsigmoid_(Tensor input);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_hardswish_(Tensor input);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_interpolate(
        Tensor input, ReadOnlySpan<long> size, int sizes, ReadOnlySpan<double> scale,
        int scales, int mode, int alignCorners, Flag recomputeScaleFactor, Flag antialias);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_layer_norm(
        Tensor input, ReadOnlySpan<long> shape, int dimensions, Tensor? weight, Tensor? bias, double eps);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_linear(Tensor input, Tensor weight, Tensor? bias);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_max_pool2d(
        Tensor input, ReadOnlySpan<long> kernel, int kernels, ReadOnlySpan<long> stride, int strides,
        ReadOnlySpan<long> padding, int paddings, ReadOnlySpan<long> dilation, int dilations, Flag ceilMode);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_normalize(Tensor input, double p, long dim, double eps);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_one_hot(Tensor self, long classes);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_pad(Tensor input, ReadOnlySpan<long> padding, int count, int mode, double value);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_scaled_dot_product_attention(
        Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, Flag isCausal);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_silu_(Tensor input);
}
