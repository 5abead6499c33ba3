using MLTransfer.Native;

namespace MLTransfer.Tests.Native;

/// <summary>
/// What loading relies on in TorchSharp's package; that it loads is shown by every test that computes, and by the Consumer.
/// </summary>
public sealed class TorchLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32", Mark = "_ZSt21ios_base_library_initv";

    public static TheoryData<int, byte> Damages
    {
        get
        {
            var random = new Random(1);
            var damages = new TheoryData<int, byte>();
            for (int i = 0; i < 20; i++)
                damages.Add(random.Next(0, 64), (byte)random.Next(1, 256));
            return damages;
        }
    }

    [LinuxPackageFact]
    public void Only_the_flag_of_the_one_version_changes()
    {
        byte[] before = File.ReadAllBytes(LinuxPackageFactAttribute.Library), after = [.. before];
        Assert.True(ElfVersions.TryMakeOptional(after, Version, Mark));
        int changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        const byte weak = 2;
        Assert.Equal(before[changed] | weak, after[changed]);
    }

    [LinuxPackageFact]
    public void A_version_that_other_symbols_need_stays_as_it_is()
    {
        byte[] before = File.ReadAllBytes(LinuxPackageFactAttribute.Library), after = [.. before];
        Assert.False(ElfVersions.TryMakeOptional(after, "GLIBCXX_3.4.21", Mark));
        Assert.False(ElfVersions.TryMakeOptional(after, Version, "_another"));
        Assert.False(ElfVersions.TryMakeOptional(after, "GLIBCXX_9.9.9", Mark));
        Assert.Equal(before, after);
    }

    [LinuxPackageTheory, MemberData(nameof(Damages))]
    public void A_damaged_header_is_refused_or_read_but_never_breaks_the_program(int offset, byte flip)
    {
        byte[] library = File.ReadAllBytes(LinuxPackageFactAttribute.Library);
        library[offset] ^= flip;
        ElfVersions.TryMakeOptional(library, Version, Mark);
    }

    [Fact]
    public void What_is_no_library_is_left_alone()
    {
        byte[] text = [.. "no library at all"u8];
        Assert.False(ElfVersions.TryMakeOptional(text, Version, Mark));
        Assert.False(ElfVersions.TryMakeOptional([], Version, Mark));
    }

    [Theory]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file", "Install the system's package that holds libgomp.so.1.")]
    [InlineData("/lib/libm.so.6: version `GLIBC_2.29' not found", "This system's C library is too old for it (GLIBC_2.29)")]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found", "This system's C++ runtime is too old for it (GLIBCXX_3.4.30)")]
    [InlineData("/proc/self/fd/57: failed to map segment from shared object", "The system does not allow programs to run code from memory")]
    [InlineData("/proc/self/fd/90: undefined symbol: _ZNK3c105Error4whatEv", "libtorch is not there in the version that it needs")]
    [InlineData("invalid ELF header", "Restore the app's packages again")]
    public void What_the_linker_says_is_answered_with_what_helps(string message, string answer)
    {
        if (OperatingSystem.IsWindows())
            answer = "Install the Microsoft Visual C++ Redistributable";
        Assert.StartsWith(answer, TorchLibrary.WhatToInstall(message), StringComparison.Ordinal);
    }

    /// <summary>Needs TorchSharp's library for Linux, which its package brings on every system.</summary>
    private sealed class LinuxPackageFactAttribute : FactAttribute
    {
        public LinuxPackageFactAttribute() => Skip = File.Exists(Library) ? null : $"{Library} is not here.";

        public static string Library { get; } =
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
    }

    private sealed class LinuxPackageTheoryAttribute : TheoryAttribute
    {
        public LinuxPackageTheoryAttribute() => Skip = new LinuxPackageFactAttribute().Skip;
    }
}
