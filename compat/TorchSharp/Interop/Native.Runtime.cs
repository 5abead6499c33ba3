using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>The library itself. The functions of <c>runtime.cpp</c> in <c>compat/native/torch</c>.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Outcome mlt_cuda_device_count(out int result);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_cuda_is_available(out Flag result);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_cuda_manual_seed(long seed);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_cuda_manual_seed_all(long seed);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_cuda_synchronize(long device);

    [LibraryImport(Library)]
    internal static partial int mlt_get_num_interop_threads();

    [LibraryImport(Library)]
    internal static partial int mlt_get_num_threads();

    [LibraryImport(Library)]
    internal static partial Outcome mlt_set_num_interop_threads(int count);

    [LibraryImport(Library)]
    internal static partial Outcome mlt_set_num_threads(int count);

    [LibraryImport(Library)]
    internal static partial nint mlt_version();
}
