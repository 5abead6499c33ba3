using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Many elements to few. The functions of <c>tensor_reduction.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_all(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_all_dim(Tensor self, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_any(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_any_dim(Tensor self, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_argmax(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_argmax_dim(Tensor self, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_argmin(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_argmin_dim(Tensor self, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_log_softmax(Tensor self, long dim, int dtype);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_max(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_max_dim(Tensor self, long dim, Flag keepdim, out Tensor first, out Tensor second);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_mean(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_mean_dims(Tensor self, ReadOnlySpan<long> dims, int count, Flag keepdim, int dtype);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_min(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_min_dim(Tensor self, long dim, Flag keepdim, out Tensor first, out Tensor second);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_softmax(Tensor self, long dim, int dtype);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sort(Tensor self, long dim, Flag descending, Flag stable, out Tensor first, out Tensor second);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_std(Tensor self, Flag unbiased);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_std_dims(Tensor self, ReadOnlySpan<long> dims, int count, Flag unbiased, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sum(Tensor self, int dtype);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_sum_dims(Tensor self, ReadOnlySpan<long> dims, int count, Flag keepdim, int dtype);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_topk(Tensor self, long k, long dim, Flag largest, Flag sorted, out Tensor first, out Tensor second);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_var(Tensor self, Flag unbiased);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_var_dims(Tensor self, ReadOnlySpan<long> dims, int count, Flag unbiased, Flag keepdim);
}
