using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Elements by their index. The functions of <c>tensor_index.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor mlt_gather(Tensor self, long dim, Tensor index);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_index(Tensor self, NativeIndex[] indices, int count);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_index_put_(Tensor self, Tensor value, NativeIndex[] indices, int count);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_index_put_number_(Tensor self, Number value, NativeIndex[] indices, int count);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_index_select(Tensor self, long dim, Tensor index);

    [LibraryImport(Library)]
    internal static partial Tensor mlt_masked_select(Tensor self, Tensor mask);
}
