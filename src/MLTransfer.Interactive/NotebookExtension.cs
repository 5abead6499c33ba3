using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using MLTransfer.Estimators;
using TorchSharp;

namespace MLTransfer.Interactive;

/// <summary>
/// What <c>#r "nuget: MLTransfer.Interactive"</c> does in a notebook: values of MLTransfer are shown as tables, charts and images,
/// trainings while they run, and the notebook's stop button ends them with the best model so far.
/// </summary>
public static class NotebookExtension
{
    private const string CSharp = "csharp";

    /// <summary>
    /// Called by the kernel once the package is there; a program that hosts a kernel itself calls it, too. Calling it again changes
    /// nothing.
    /// </summary>
    /// <param name="kernel">The kernel that runs the notebook.</param>
    /// <remarks>
    /// Where the notebook has referenced no libtorch, the package of it that fits this machine is referenced: for NVIDIA devices where
    /// their driver is, else for the processor. To choose another one, reference it before this package.
    /// </remarks>
    public static async Task LoadAsync(Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        // The kernel has no project that MLTransfer could start with, as an app has.
        RuntimeHelpers.RunModuleConstructor(typeof(ImageFile).Module.ModuleHandle);
        foreach (NotebookView view in NotebookView.All) view.Register();
        WatchedTraining.Watcher = LiveTraining.Begin;
        StopButton.HandleInterrupts();
        if (!HasLibtorch())
            await kernel.SendAsync(new SubmitCode($"#r \"nuget: {LibtorchPackage()}\"", CSharp)).ConfigureAwait(false);
    }

    private static bool HasLibtorch() => NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _);

    private static string LibtorchPackage()
    {
        // The NVIDIA driver's own marks, outside and inside WSL.
        bool nvidia = File.Exists("/proc/driver/nvidia/version") || File.Exists("/usr/lib/wsl/lib/libcuda.so.1");
        if (nvidia)
            return $"TorchSharp-cuda-linux, {typeof(torch).Assembly.GetName().Version!.ToString(3)}";
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string version = typeof(ImageFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "LibtorchVersion").Value!;
        return $"libtorch-cpu-{system}-{processor}, {version}";
    }
}
