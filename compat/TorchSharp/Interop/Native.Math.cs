using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Arithmetic. The functions of <c>tensor_math.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_abs(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_add(Tensor self, Tensor other, Number alpha);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_add_(Tensor self, Tensor other, Number alpha);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_add_number(Tensor self, Number other, Number alpha);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_add_number_(Tensor self, Number other, Number alpha);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_bitwise_not(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_clamp(Tensor self, Number* min, Number* max);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_clamp_(Tensor self, Number* min, Number* max);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_div(Tensor self, Tensor other, int rounding);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_div_(Tensor self, Tensor other, int rounding);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_div_number(Tensor self, Number other, int rounding);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_div_number_(Tensor self, Number other, int rounding);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_exp(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_floor(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_log(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_logical_not(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_matmul(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_mm(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_mul(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_mul_(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_mul_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_mul_number_(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_neg(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_number_div(Number left, Tensor right);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_number_sub(Number left, Tensor right);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_pow(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_pow_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_relu(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_relu6(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_relu6_(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_relu_(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_round(Tensor self, long decimals);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_rsqrt(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sigmoid(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sigmoid_(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sqrt(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_square(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sub(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sub_(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sub_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sub_number_(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_tanh(Tensor self);
}
