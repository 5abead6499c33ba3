using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>New tensors. The functions of <c>tensor_creation.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_arange(Number start, Number stop, Number step, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_cat(nint[] tensors, int count, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_empty(ReadOnlySpan<long> sizes, int count, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_empty_like(Tensor model, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_eye(long rows, long columns, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_from_memory(void* memory, int source, ReadOnlySpan<long> sizes, int count, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_full(ReadOnlySpan<long> sizes, int count, Number value, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_full_like(Tensor model, Number value, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_linspace(double start, double end, long steps, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ones(ReadOnlySpan<long> sizes, int count, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_ones_like(Tensor model, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_rand(ReadOnlySpan<long> sizes, int count, Placement at, nint generator);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_rand_like(Tensor model, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_randint(long low, long high, ReadOnlySpan<long> sizes, int count, Placement at, nint generator);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_randn(ReadOnlySpan<long> sizes, int count, Placement at, nint generator);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_randperm(long n, Placement at, nint generator);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_stack(nint[] tensors, int count, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_zeros(ReadOnlySpan<long> sizes, int count, Placement at);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_zeros_like(Tensor model, Placement at);
}
