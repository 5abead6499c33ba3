using System.Runtime.InteropServices;
using MLTransfer.Native;

namespace MLTransfer.Tests.Native;

[Collection(nameof(Allocator))]
public sealed class WaitingThreadsTests
{
    [GlibcFact]
    public void Threads_spin_briefly_unless_the_environment_or_the_switch_says_otherwise()
    {
        // libtorch is loaded by now: what the variable says has no effect any more.
        TorchLibrary.Require();
        string? before = Variable("GOMP_SPINCOUNT");
        Assert.NotNull(before);
        try
        {
            _ = Set("GOMP_SPINCOUNT", "7", 1);
            WaitingThreads.SpinBriefly();
            Assert.Equal("7", Variable("GOMP_SPINCOUNT"));
            _ = Remove("GOMP_SPINCOUNT");
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, true);
            WaitingThreads.SpinBriefly();
            Assert.Null(Variable("GOMP_SPINCOUNT"));
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, false);
            WaitingThreads.SpinBriefly();
            Assert.Equal("10000", Variable("GOMP_SPINCOUNT"));
        }
        finally
        {
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, false);
            _ = Set("GOMP_SPINCOUNT", before, 1);
        }
    }

    // .NET reads a copy of the environment.
    private static string? Variable(string name) => Marshal.PtrToStringUTF8(Get(name));

    [DllImport("libc", EntryPoint = "getenv", CharSet = CharSet.Ansi)]
    private static extern nint Get(string name);

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int Set(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "unsetenv", CharSet = CharSet.Ansi)]
    private static extern int Remove(string name);
}
