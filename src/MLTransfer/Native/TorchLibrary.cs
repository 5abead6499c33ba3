using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace MLTransfer.Native;

/// <summary>Loads libtorch and TorchSharp's native library, and explains failures.</summary>
/// <remarks>
/// TorchSharp 0.107's library for Linux requires version GLIBCXX_3.4.32 of the C++ runtime, that of GCC 13, for a marker symbol that is
/// never called. Where the runtime is older (Debian 12, Ubuntu 22.04, RHEL 9), a copy in memory is loaded in which that version is
/// optional. No file is written.
/// </remarks>
internal static partial class TorchLibrary
{
    private const string Name = "LibTorchSharp", LinuxFile = "libLibTorchSharp.so";
    private const string NewestVersion = "GLIBCXX_3.4.32", MarkSymbol = "_ZSt21ios_base_library_initv";

    private static readonly Assembly TorchSharp = typeof(torch).Assembly;
    private static readonly Lock Loading = new();
    private static Exception? _lastFailure;
    private static volatile bool _loaded;
    private static nint _correctedHandle;

    /// <summary>
    /// Whether the corrected copy of TorchSharp's library was loaded; known after <see cref="Require"/>.
    /// </summary>
    internal static bool IsCorrected => _correctedHandle != 0;

    /// <summary>Offers the corrected library to the runtime, which asks after its own search has failed.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Nothing else runs before the first call into TorchSharp.")]
    internal static void OfferCorrected()
    {
        if (OperatingSystem.IsLinux())
            LoadContext.ResolvingUnmanagedDll += (_, name) => name == Name ? LoadCorrected() : 0;
    }

    /// <summary>
    /// Starts to load them on another thread, which takes about a quarter of a second: for who will need them soon and has other work to do
    /// until then. <see cref="Require"/> waits for it, and reports failures.
    /// </summary>
    internal static void Prepare()
    {
        if (_loaded)
            return;
        // Before there are other threads, which keep the memory that they began with.
        _ = Allocator.KeepsFreedMemory;
        Task.Run(() =>
        {
            try
            {
                Require();
            }
            catch (DllNotFoundException)
            {
            }
        });
    }

    /// <summary>Loads libtorch and TorchSharp's library, before TorchSharp does.</summary>
    /// <exception cref="DllNotFoundException">One of them cannot be loaded; the message says which, why, and what to install.</exception>
    internal static void Require()
    {
        if (_loaded)
            return;
        _ = Allocator.KeepsFreedMemory;
        WaitingThreads.SpinBriefly();
        lock (Loading)
        {
            if (!TryLoad("torch_cpu"))
                throw Failure("libtorch", FileName("torch_cpu"));
            if (!TryLoad(Name))
                throw Failure("TorchSharp's library", FileName(Name));
        }
        _ = ProcessorCaches.AreCorrected;
        _loaded = true;
    }

    private static AssemblyLoadContext LoadContext => AssemblyLoadContext.GetLoadContext(TorchSharp)!;

    private static bool TryLoad(string name) => NativeLibrary.TryLoad(name, TorchSharp, null, out _);

    private static nint LoadCorrected()
    {
        lock (Loading)
        {
            if (_correctedHandle == 0 && Find(LinuxFile) is { } path)
            {
                try
                {
                    _correctedHandle = Corrected(path);
                }
                catch (Exception failure) when (
                    failure is DllNotFoundException or IOException or UnauthorizedAccessException or BadImageFormatException)
                {
                    _lastFailure = failure;
                }
            }
            return _correctedHandle;
        }
    }

    // The copy in memory has no folder to search for libtorch, which it needs, so libtorch is loaded first.
    private static nint Corrected(string path)
    {
        TryLoad("torch");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException failure) when (failure.Message.Contains(NewestVersion, StringComparison.Ordinal))
        {
            byte[] library = File.ReadAllBytes(path);
            if (!ElfVersions.TryMakeOptional(library, NewestVersion, MarkSymbol))
                throw;
            return LoadFromMemory(library);
        }
    }

    private static nint LoadFromMemory(byte[] library)
    {
        const uint CloseOnExec = 1;
        int descriptor = CreateMemoryFile(LinuxFile, CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"No file in memory could be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        // Stays open: the linker identifies the library by this path, so the number must not be reused.
        var file = new SafeFileHandle(descriptor, ownsHandle: false);
        RandomAccess.Write(file, library, 0);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    private static DllNotFoundException Failure(string what, string file)
    {
        string? path = Find(file);
        if (path is null)
            return new($"{what} is not there: {file} is neither in the folder of the app nor where .NET looks for native libraries. "
                + $"{WhatToAdd()}");
        Exception? reason = file == FileName(Name) ? _lastFailure : null;
        try
        {
            if (reason is null)
                NativeLibrary.Load(path);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            reason = failure;
        }
        string message = reason?.Message ?? "the runtime did not say why";
        return new($"{what} could not be loaded from {path}: {message}. {WhatToInstall(message)}", reason);
    }

    private static string WhatToAdd()
    {
        string torchSharp = TorchSharp.GetName().Version!.ToString(3);
        string cuda = OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";
        return $"Add one package to the app's project: 'dotnet add package libtorch-cpu-{RuntimeName} --version {LibtorchVersion}', or, "
            + $"for NVIDIA devices, {cuda} {torchSharp}.";
    }

    /// <summary>The remedy for a message of the system's linker.</summary>
    internal static string WhatToInstall(string message)
    {
        if (OperatingSystem.IsWindows())
            return "Install the Microsoft Visual C++ Redistributable for x64.";
        if (MissingVersion().Match(message) is { Success: true } version)
        {
            string library = version.Value.StartsWith("GLIBC_", StringComparison.Ordinal) ? "C library" : "C++ runtime";
            return $"This system's {library} is too old for it ({version.Value}): use a newer release of the system, or a container "
                + $"image with one.";
        }
        // As with Debian's libtorch-dev, whose libtorch the linker finds where the app has none.
        if (message.Contains("undefined symbol", StringComparison.Ordinal))
            return $"libtorch is not there in the version that it needs; the system has another one. {WhatToAdd()}";
        if (message.Contains("/proc/self/fd/", StringComparison.Ordinal))
            return "The system does not allow programs to run code from memory (vm.memfd_noexec), which its C++ runtime, older than GCC "
                + "13's, makes necessary.";
        if (MissingFile().Match(message) is { Success: true } missing)
            return $"Install the system's package that holds {missing.Groups[1].Value}.";
        return "Restore the app's packages again, for the system it runs on.";
    }

    [GeneratedRegex(@"GLIBC(XX)?_[\d.]*\d")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(lib[\w.+-]+): cannot open shared object file")]
    private static partial Regex MissingFile();

    private static string? Find(string file) => Folders().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // The host's search path; the folder of TorchSharp; below it, where an app has the libraries of several systems; and its package, for
    // notebooks.
    private static IEnumerable<string> Folders()
    {
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string own = Path.GetDirectoryName(TorchSharp.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
        string native = Path.Combine("runtimes", RuntimeName, "native");
        return [.. searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), own, Path.Combine(own, native),
            Path.GetFullPath(Path.Combine(own, "..", "..", native))];
    }

    private static string RuntimeName =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    private static string LibtorchVersion =>
        typeof(TorchLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "LibtorchVersion").Value!;
}
