using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Files;
using Spectre.Console;

namespace MLTransfer.Cli.Doctor;

/// <summary>Shows a diagnosis on a terminal.</summary>
internal static class DoctorView
{
    internal static void Show(Diagnosis diagnosis, CommandContext context)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false }.AddColumns("", "");
        foreach (var (name, finding) in Findings(diagnosis).Concat(CacheFindings(diagnosis)))
            table.Row(name, finding);
        Screens.ForResults(context).Write(table);
    }

    private static IEnumerable<(string Name, string Finding)> Findings(Diagnosis diagnosis)
    {
        var (processor, libtorch, cuda) = (diagnosis.Processor, diagnosis.Libtorch, diagnosis.Cuda);
        yield return ("mlt", diagnosis.Version);
        yield return ("packages", $"Microsoft.ML {diagnosis.Packages.MicrosoftML}, TorchSharp {diagnosis.Packages.TorchSharp}");
        yield return (".NET", $"{diagnosis.Dotnet} on {diagnosis.System}");
        yield return ("libtorch", libtorch.Works
            ? $"{libtorch.Version}; a test convolution gives the right result"
            : $"does not work: {libtorch.Error ?? "a test convolution gives a wrong result"}");
        if (libtorch.Corrected)
        {
            yield return ("C++ runtime", "older than TorchSharp's native library requires; "
                + "a patched copy in memory is used, to which GLIBCXX_3.4.32 is optional");
        }
        if (libtorch.CachesTold)
        {
            yield return (
                "caches", "hidden by this virtual machine; oneDNN was given typical sizes, without which its convolutions are wrong");
        }
        if (libtorch.KeepsFreedMemory)
            yield return ("memory", "what a training step frees is kept for the next, and given back after the training");
        var threads = Figures.Counted(processor.Threads ?? 0, "libtorch thread", "libtorch threads");
        yield return ("processor", $"{Figures.Counted(processor.Cores, "logical core", "logical cores")}, {threads}");
        yield return ("instructions", processor.Features.Count == 0 ? "none of the relevant ones" : string.Join(", ", processor.Features));
        yield return ("frozen layers", diagnosis.Bf16Inference
            ? "computed in bf16, which this processor supports"
            : "computed in float32; this processor does not support bf16");
        yield return ("CUDA", Found(cuda));
    }

    internal static string Found(CudaDiagnosis cuda) => cuda switch
    {
        { Reason: { } reason } => $"no device: {reason}",
        { Name: { } name } => $"{Figures.Counted(cuda.Devices, "device", "devices")}, of which {name} is used: compute capability "
            + $"{cuda.ComputeCapability}, {(cuda.Bf16 == true ? "with" : "without")} bf16",
        _ => Figures.Counted(cuda.Devices, "device", "devices"),
    };

    private static IEnumerable<(string Name, string Finding)> CacheFindings(Diagnosis diagnosis) => diagnosis.Caches.Count == 0
        ? [("cache", $"none: {UserCache.NoHome}; set HOME or XDG_CACHE_HOME")]
        : diagnosis.Caches.Select(cache => (
            $"cache: {cache.Name}", $"{cache.Path} ({Figures.Counted(cache.Files, "file", "files")}, {Figures.Bytes(cache.Bytes)})"));
}
