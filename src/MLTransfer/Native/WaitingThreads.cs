using System.Runtime.InteropServices;

namespace MLTransfer.Native;

/// <summary>
/// Has libtorch's threads wait for their next work for about a tenth of a millisecond before they sleep.
/// </summary>
/// <remarks>
/// By default the threads of GCC's OpenMP, libgomp, spin for milliseconds: between two batches they take the processor from the threads
/// that decode images, and from other libraries. If they slept at once, waking them up would double the time of a single prediction, whose
/// layers follow each other every hundred microseconds.
/// </remarks>
internal static partial class WaitingThreads
{
    // libgomp's names; read when it is loaded. So many pauses of a Xeon take 0.13 ms. MobileNet v2 then took 4.8 ms for an image, as with
    // spinning threads, and 9.6 ms where they slept at once; feature extraction and fine-tuning were as fast as with threads that sleep.
    private const string Variable = "GOMP_SPINCOUNT", Spins = "10000", Policy = "OMP_WAIT_POLICY";

    /// <summary>
    /// Sets the waiting of threads that libgomp starts later, unless the environment does (<c>GOMP_SPINCOUNT</c>,
    /// <c>OMP_WAIT_POLICY</c>), or the switch <see cref="Allocator.KeepDefaultsSwitch"/> is on. Elsewhere than on Linux libtorch has
    /// another OpenMP: nothing is done.
    /// </summary>
    public static void SpinBriefly()
    {
        if (OperatingSystem.IsLinux() && !Allocator.KeepsDefaults && GetVariable(Policy) == 0)
            _ = SetVariable(Variable, Spins, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
