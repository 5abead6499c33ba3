using System.Runtime.InteropServices;

namespace MLTransfer.Native;

/// <summary>
/// Has glibc's allocator, which holds libtorch's tensors, keep the memory of freed blocks for the next ones.
/// </summary>
/// <remarks>
/// By default glibc maps each large block anew and gives it back to the system when it is freed. A training step allocates hundreds of
/// megabytes of activations, and the kernel clears them page by page in every step, which took up to 40 % of the processor time. The
/// setting is that of the whole process. Threads share the heaps that there are: each further one would end at 64 MB, with larger blocks
/// mapped, and a single image through MobileNet v2 took twice as long on a thread of its own heap.
/// </remarks>
internal static partial class Allocator
{
    /// <summary>
    /// The switch of <see cref="AppContext"/> that leaves the settings of native libraries as they are. Default: false.
    /// </summary>
    internal const string KeepDefaultsSwitch = "MLTransfer.KeepNativeDefaults";

    // Parameters of mallopt, and values of theirs (malloc.h, mallopt(3)).
    private const int TrimThreshold = -1, LargestMappedBlocks = -4, MostArenas = -8, Never = -1, None = 0, One = 1;

    private static readonly Lazy<bool> Setting = new(Set);

    /// <summary>
    /// Whether freed memory is kept; false with the switch, and where the C library is not glibc. The first call sets it.
    /// </summary>
    public static bool KeepsFreedMemory => Setting.Value;

    /// <summary>Gives the kept memory back to the system: after a training, or when a model is disposed.</summary>
    public static void ReturnFreedMemory()
    {
        if (KeepsFreedMemory) _ = Trim(0);
    }

    /// <summary>Whether the switch is on.</summary>
    internal static bool KeepsDefaults => AppContext.TryGetSwitch(KeepDefaultsSwitch, out bool isOn) && isOn;

    internal static bool Set()
    {
        if (KeepsDefaults || !OperatingSystem.IsLinux()) return false;
        try
        {
            return SetOption(LargestMappedBlocks, None) != 0 && SetOption(TrimThreshold, Never) != 0
                && SetOption(MostArenas, One) != 0;
        }
        // musl has neither the function nor the behavior.
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);
}
