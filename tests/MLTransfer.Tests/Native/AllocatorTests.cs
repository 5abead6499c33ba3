using System.Runtime.InteropServices;
using MLTransfer.Native;
using MLTransfer.Tests.Estimators;

namespace MLTransfer.Tests.Native;

[Collection(nameof(Allocator))]
public sealed class AllocatorTests
{
    private const int Megabyte = 1 << 20;

    [GlibcFact]
    public void Large_blocks_are_taken_from_the_heap_and_not_mapped_one_by_one()
    {
        Assert.True(Allocator.KeepsFreedMemory);
        // Above the greatest size that glibc takes from the heap by default, 32 MB.
        nint block = Marshal.AllocHGlobal(40 * Megabyte);
        // The size of a block is stored before it; this bit marks those that were mapped (glibc, malloc.c, IS_MMAPPED).
        const int mapped = 2;
        nint size = Marshal.ReadIntPtr(block, -nint.Size);
        Marshal.FreeHGlobal(block);
        Assert.Equal(0, size & mapped);
    }

    [GlibcFact]
    public void Freed_memory_goes_back_to_the_system_on_request() => Returns(Allocator.ReturnFreedMemory);

    [GlibcFact]
    public void Freed_memory_goes_back_to_the_system_when_a_model_is_disposed()
    {
        using var images = new ColouredImages(perClass: 2);
        using ImageClassificationTransformer model = Trainings.Train(Trainings.Extraction with { Epochs = 1 }, images.Path);
        Returns(model.Dispose);
    }

    private static void Returns(Action release)
    {
        Assert.True(Allocator.KeepsFreedMemory);
        const int length = 20 * Megabyte;
        nint block = Marshal.AllocHGlobal(length), above = Marshal.AllocHGlobal(length);
        for (int i = 0; i < length; i += Environment.SystemPageSize) Marshal.WriteByte(block, i, 1);
        Assert.InRange(FractionInMemory(block, length), 0.9, 1);
        // The block above it stays, so that this one is not the end of the heap.
        Marshal.FreeHGlobal(block);
        release();
        double kept = FractionInMemory(block, length);
        Marshal.FreeHGlobal(above);
        // Another test may have taken some of it.
        Assert.InRange(kept, 0, 0.5);
    }

    [Fact]
    public void With_the_switch_the_defaults_stay()
    {
        _ = Allocator.KeepsFreedMemory;
        AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, true);
        try
        {
            Assert.False(Allocator.Set());
        }
        finally
        {
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, false);
        }
    }

    /// <summary>The fraction of a block's pages that are in memory; 0 where the block is no longer mapped.</summary>
    private static double FractionInMemory(nint block, int length)
    {
        int page = Environment.SystemPageSize;
        byte[] pages = new byte[length / page];
        nint start = block & ~(nint)(page - 1);
        return InMemory(start, (nuint)(pages.Length * page), pages) == 0 ? pages.Average(state => state & 1) : 0;
    }

    [DllImport("libc", EntryPoint = "mincore")]
    private static extern int InMemory(nint start, nuint length, byte[] pages);
}

/// <summary>A test of glibc's allocator; skipped where another C library is used.</summary>
public sealed class GlibcFactAttribute : FactAttribute
{
    public GlibcFactAttribute() => Skip = Reason;

    internal static string? Reason { get; } =
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _)
            ? null
            : "The C library of this system is not glibc.";
}
