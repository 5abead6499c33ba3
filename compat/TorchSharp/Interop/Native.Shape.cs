using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Other views of the same elements. The functions of <c>tensor_shape.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_expand(Tensor self, ReadOnlySpan<long> sizes, int count, Flag isImplicit);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_flatten(Tensor self, long startDim, long endDim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_flip(Tensor self, ReadOnlySpan<long> sizes, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_narrow(Tensor self, long dim, long start, long length);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_permute(Tensor self, ReadOnlySpan<long> sizes, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_repeat(Tensor self, ReadOnlySpan<long> sizes, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_reshape(Tensor self, ReadOnlySpan<long> sizes, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_roll(Tensor self, ReadOnlySpan<long> shifts, int count, ReadOnlySpan<long> dims, int dimCount);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_select(Tensor self, long dim, long index);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_slice(Tensor self, long dim, long start, long finish, long step);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_squeeze(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_squeeze_dim(Tensor self, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_t(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_transpose(Tensor self, long dim0, long dim1);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_unsqueeze(Tensor self, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_view(Tensor self, ReadOnlySpan<long> sizes, int count);
}
