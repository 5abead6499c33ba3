using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Native;

/// <summary>
/// Gives oneDNN, which computes libtorch's convolutions, the sizes of the processor's caches where it could not detect them.
/// </summary>
/// <remarks>
/// On an AMD processor in a virtual machine (such as Firecracker), the CPUID leaf that describes the caches may be empty. The oneDNN of
/// libtorch 2.10 then assumes caches of one byte, and its convolutions return wrong numbers (float32, 2048 to 512 channels: off by half
/// the largest) or end the process by a division by zero (256 to 1024 channels of 14 × 14, channels-last). In that case only, the three
/// sizes are set, in the memory of the process, to those that oneDNN assumes for an unknown processor.
/// </remarks>
internal static unsafe class ProcessorCaches
{
    private const string Library = "libtorch_cpu.so", Description = "_ZZN4dnnl4impl3cpu3x643cpuEvE4cpu_";

    // Offsets in Xbyak's class Cpu: sizes and sharing cores of up to ten cache levels, and the number of levels.
    private const int Length = 144, Sizes = 0x1c, Sharing = 0x44, Levels = 0x6c;
    private static readonly int[] AssumedSizes = [32 << 10, 512 << 10, 1 << 20];
    private static readonly Lazy<bool> Telling = new(SetSizes);

    /// <summary>Whether the sizes had to be set. The first call sets them and must precede the first convolution.</summary>
    public static bool AreCorrected => Telling.Value;

    /// <summary>Whether CPUID does not describe the caches, as in virtual machines that hide them.</summary>
    internal static bool AreHidden { get; } = HasNoCacheLeaf();

    // Intel SDM, volume 2A, CPUID: leaf 4, EAX bits 0 to 4 are the type of a cache, 0 for none; AMD APM, volume 3: the same in leaf
    // 8000_001D.
    private static bool HasNoCacheLeaf()
    {
        if (!X86Base.IsSupported)
            return false;
        const int Extended = unchecked((int)0x8000_0000), AmdCaches = unchecked((int)0x8000_001D);
        bool byIntelsLeaf = X86Base.CpuId(0, 0).Eax >= 4 && (X86Base.CpuId(4, 0).Eax & 0x1f) != 0;
        bool byAmdsLeaf = X86Base.CpuId(Extended, 0).Eax >= AmdCaches && (X86Base.CpuId(AmdCaches, 0).Eax & 0x1f) != 0;
        return !byIntelsLeaf && !byAmdsLeaf;
    }

    private static bool SetSizes()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !AreHidden)
            return false;
        SilenceNnpack();
        // oneDNN detects the processor on first use; this small convolution triggers that and is unaffected by the bug.
        using (NewDisposeScope())
            nn.functional.conv2d(ones(1, 3, 8, 8), ones(4, 3, 3, 3));
        int* found = (int*)Find();
        if (found == null || *(int*)((byte*)found + Levels) != AssumedSizes.Length
            || !new ReadOnlySpan<int>((byte*)found + Sizes, AssumedSizes.Length).SequenceEqual([1, 1, 1])
            || !new ReadOnlySpan<int>((byte*)found + Sharing, AssumedSizes.Length).SequenceEqual([1, 1, 1]))
            return false;
        AssumedSizes.CopyTo(new Span<int>((byte*)found + Sizes, AssumedSizes.Length));
        return true;
    }

    // NNPACK, which is not needed, cannot start for the same reason, and libtorch would warn on standard error in every process. The flag
    // is libtorch's log level: 2 is errors.
    private static void SilenceNnpack()
    {
        if (NativeLibrary.TryLoad("c10", typeof(torch).Assembly, null, out nint library)
            && NativeLibrary.TryGetExport(library, "FLAGS_caffe2_log_level", out nint level))
            *(int*)level = 2;
    }

    /// <summary>
    /// The address of oneDNN's processor description, from the library's symbol table; 0 where the table lacks it.
    /// </summary>
    private static nint Find()
    {
        // The first mapping of a library is its start: ADDRESS-END … PATH.
        string? area = File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.EndsWith('/' + Library));
        if (area is null)
            return 0;
        nint start = nint.Parse(area.AsSpan(0, area.IndexOf('-')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var library = new FileStream(area[area.IndexOf('/')..], FileMode.Open, FileAccess.Read, FileShare.Read);
        using var file = MemoryMappedFile.CreateFromFile(
            library, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* content = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref content);
        try
        {
            long offset = OffsetOf(Encoding.ASCII.GetBytes(Description), content);
            return offset == 0 ? 0 : start + (nint)offset;
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    // Needs no validation: the dynamic linker has loaded this 64-bit ELF library. A stripped library has no symbol table.
    private static long OffsetOf(ReadOnlySpan<byte> name, byte* content)
    {
        const int SymbolTable = 2, SymbolLength = 24, Data = 1;
        byte* sections = content + *(long*)(content + 0x28);
        int sectionLength = *(ushort*)(content + 0x3a), count = *(ushort*)(content + 0x3c);
        for (byte* section = sections; section < sections + count * sectionLength; section += sectionLength)
        {
            if (*(int*)(section + 4) != SymbolTable) continue;
            byte* first = content + *(long*)(section + 0x18), end = first + *(long*)(section + 0x20);
            byte* names = content + *(long*)(sections + *(int*)(section + 0x28) * sectionLength + 0x18);
            for (byte* symbol = first; symbol < end; symbol += SymbolLength)
            {
                if ((symbol[4] & 0xf) == Data && *(long*)(symbol + 16) == Length
                    && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(names + *(uint*)symbol).SequenceEqual(name))
                    return *(long*)(symbol + 8);
            }
        }

        return 0;
    }
}
