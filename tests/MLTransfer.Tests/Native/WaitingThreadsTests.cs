using System.Runtime.InteropServices;
using MLTransfer.Native;

namespace MLTransfer.Tests.Native;

[Collection(nameof(Allocator))]
public sealed class WaitingThreadsTests
{
    [GlibcFact]
    public void Threads_spin_briefly_unless_the_environment_or_the_switch_says_otherwise()
    {
        const string Spins = "GOMP_SPINCOUNT", Policy = "OMP_WAIT_POLICY";
        // libtorch is loaded by now: what the variables say has no effect any more.
        TorchLibrary.Require();
        (string? spins, string? policy) = (Variable(Spins), Variable(Policy));
        try
        {
            _ = Remove(Spins);
            _ = Set(Policy, "passive", 1);
            WaitingThreads.SpinBriefly();
            Assert.Null(Variable(Spins));
            _ = Remove(Policy);
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, true);
            WaitingThreads.SpinBriefly();
            Assert.Null(Variable(Spins));
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, false);
            WaitingThreads.SpinBriefly();
            Assert.Equal("10000", Variable(Spins));
            _ = Set(Spins, "7", 1);
            WaitingThreads.SpinBriefly();
            Assert.Equal("7", Variable(Spins));
        }
        finally
        {
            AppContext.SetSwitch(Allocator.KeepDefaultsSwitch, false);
            Restore(Spins, spins);
            Restore(Policy, policy);
        }
    }

    private static void Restore(string name, string? value) => _ = value is null ? Remove(name) : Set(name, value, 1);

    // .NET reads a copy of the environment.
    private static string? Variable(string name) => Marshal.PtrToStringUTF8(Get(name));

    [DllImport("libc", EntryPoint = "getenv", CharSet = CharSet.Ansi)]
    private static extern nint Get(string name);

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int Set(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "unsetenv", CharSet = CharSet.Ansi)]
    private static extern int Remove(string name);
}
