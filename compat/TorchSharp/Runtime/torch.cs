using System.Runtime.InteropServices;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

/// <summary>PyTorch's names for what libtorch does.</summary>
public static partial class torch
{
    /// <summary>The version of libtorch.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8(mlt_version())!;

    public static int get_num_threads() => mlt_get_num_threads();

    public static void set_num_threads(int num) => mlt_set_num_threads(num);

    public static int get_num_interop_threads() => mlt_get_num_interop_threads();

    public static void set_num_interop_threads(int num) => mlt_set_num_interop_threads(num);

    /// <exception cref="ExternalException">The last native call on this thread failed; the message is libtorch's.</exception>
    public static void CheckForErrors()
    {
        var message = mlt_take_error();
        if (message != 0)
            throw new ExternalException(Marshal.PtrToStringUTF8(message));
    }
}
