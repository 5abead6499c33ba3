using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>How weights start. The functions of <c>nn_init.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_constant_(Tensor tensor, Number value);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_kaiming_normal_(Tensor tensor, double a, long mode, long type);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_kaiming_uniform_(Tensor tensor, double a, long mode, long type);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_ones_(Tensor tensor);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_trunc_normal_(Tensor tensor, double mean, double std, double low, double high);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_xavier_uniform_(Tensor tensor, double gain);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_init_zeros_(Tensor tensor);
}
