using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>The functions of the shim over libtorch, one to one; built by <c>compat/native</c>.</summary>
internal static partial class Native
{
    private const string Library = "mltransfer_torch";

    /// <returns>The message of the last failure on this thread as UTF-8, once; zero when there was none.</returns>
    [LibraryImport(Library)]
    internal static partial nint mlt_take_error();
}
