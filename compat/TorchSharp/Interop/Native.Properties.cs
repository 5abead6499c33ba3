using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>What a tensor is, its memory and its copies. The functions of <c>tensor_properties.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_alias(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_clone(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_contiguous(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_copy_(Tensor self, Tensor source, Flag nonBlocking);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_data(Tensor self, out nint memory);

    [LibraryImport(Library)]
    internal static partial int mlt_device_index(Tensor self);

    [LibraryImport(Library)]
    internal static partial int mlt_device_type(Tensor self);

    [LibraryImport(Library)]
    internal static partial void mlt_dispose(nint tensor);

    [LibraryImport(Library)]
    internal static partial int mlt_dtype(Tensor self);

    [LibraryImport(Library)]
    internal static partial long mlt_element_size(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_fill_(Tensor self, Number value);

    [LibraryImport(Library)]
    internal static partial Flag mlt_is_contiguous(Tensor self);

    [LibraryImport(Library)]
    internal static partial Flag mlt_is_leaf(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_item(Tensor self, out Number number);

    [LibraryImport(Library)]
    internal static partial long mlt_ndim(Tensor self);

    [LibraryImport(Library)]
    internal static partial long mlt_numel(Tensor self);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_pin_memory(Tensor self);

    [LibraryImport(Library)]
    internal static partial Flag mlt_requires_grad(Tensor self);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_size(Tensor self, long dim, out long size);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_sizes(Tensor self, Span<long> sizes);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_stride(Tensor self, long dim, out long stride);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_strides(Tensor self, Span<long> strides);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_to(Tensor self, Placement at, Flag nonBlocking, Flag copy);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_zero_(Tensor self);
}
