using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>The machine and the versions that figures were measured with.</summary>
internal sealed record Conditions(
    string Processor, int Cores, int Threads, bool BFloat16, string System, bool ToolIsPrecompiled, string DotNet, string MLNet,
    string TorchSharp, string Libtorch, string OnnxRuntime, string PyTorch, string Torchvision)
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    internal string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores, {Threads} threads, {System}; mlt {ToolInWords}; .NET {DotNet}, ML.NET {MLNet}, "
        + $"TorchSharp {TorchSharp}, libtorch {Libtorch}, ONNX Runtime {OnnxRuntime}; PyTorch {PyTorch}, torchvision {Torchvision}");

    internal string ToolInWords => ToolIsPrecompiled ? "precompiled, as in its package" : "compiled at run time";

    /// <param name="python">The Python that has torch and torchvision.</param>
    /// <param name="threads">Processor threads of each side.</param>
    /// <param name="tool">The tool's mlt.dll.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="UsageException">The tool is not a .NET program.</exception>
    internal static async Task<Conditions> OfAsync(string python, int threads, string tool, CancellationToken cancel)
    {
        var precompiled = IsPrecompiled(tool);
        using var peer = new PythonPeer(
            python, "import torch, torchvision; print(torch.__version__, torchvision.__version__)", MallocSettings.Default);
        var versions = (await peer.AnswerAsync(cancel).ConfigureAwait(false)).Split(' ');
        return new(
            ProcessorName() + Vectors, Environment.ProcessorCount, threads, ProcessorFeatures.FastBFloat16,
            RuntimeInformation.OSDescription, precompiled, Environment.Version.ToString(), VersionOf(typeof(MLContext)),
            VersionOf(typeof(torch)), torch.__version__, OrtEnv.Instance().GetVersionString(), versions[0], versions[1]);
    }

    // The same name may stand for processors of several generations.
    private static string Vectors => Avx512F.IsSupported ? ", AVX-512" : Avx2.IsSupported ? ", AVX2" : "";

    private static string ProcessorName() =>
        File.Exists(LinuxProcessors)
        && File.ReadLines(LinuxProcessors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static bool IsPrecompiled(string tool) => HeaderOf(tool) is { } header
        ? header.ManagedNativeHeaderDirectory.Size > 0
        : throw new UsageException($"--mlt names '{tool}', which is not a .NET program.");

    private static CorHeader? HeaderOf(string tool)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(tool));
            return file.PEHeaders.CorHeader;
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }

    // The part after the plus sign is a commit.
    private static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? FileVersionInfo.GetVersionInfo(type.Assembly.Location).FileVersion ?? "unknown";
}
