using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Comparisons and logic. The functions of <c>tensor_compare.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Outcome mlt_allclose(Tensor self, Tensor other, double rtol, double atol, Flag equalNan, out Flag result);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_bitwise_and(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_bitwise_or(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_bitwise_xor(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_eq(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_eq_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_equal(Tensor self, Tensor other, out Flag result);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ge(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ge_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_gt(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_gt_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_isfinite(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_isinf(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_isnan(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_le(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_le_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_lt(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_lt_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_maximum(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_minimum(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ne(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ne_number(Tensor self, Number other);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_where(Tensor condition, Tensor x, Tensor y);
}
