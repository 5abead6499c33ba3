using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Files;
using Spectre.Console;

namespace MLTransfer.Cli.Doctor;

/// <summary>A diagnosis in words.</summary>
internal static class DoctorView
{
    internal static void Show(Diagnosis diagnosis, CommandContext context)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false }.AddColumns("", "");
        foreach (var (name, finding) in Findings(diagnosis))
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
            ? $"{libtorch.Version}; a convolution runs and gives the right numbers"
            : $"does not work: {libtorch.Error ?? "a convolution gives wrong numbers"}");
        if (libtorch.Corrected)
        {
            yield return ("C++ runtime", "older than the one TorchSharp's library was linked with; "
                + "a copy in memory is used, in which version GLIBCXX_3.4.32 is optional");
        }
        if (libtorch.CachesTold)
            yield return ("caches", "hidden by this virtual machine; oneDNN was told usual sizes, without which its convolutions are wrong");
        yield return (
            "processor",
            $"{Figures.Counted(processor.Cores, "core", "cores")}, {Figures.Counted(processor.Threads ?? 0, "thread", "threads")} for "
            + $"libtorch");
        yield return ("instructions", processor.Features.Count == 0 ? "none of those that matter" : string.Join(", ", processor.Features));
        yield return ("frozen layers", diagnosis.Bf16Inference
            ? "computed in bf16, which this processor multiplies itself"
            : "computed in float32; this processor does not multiply bf16");
        yield return ("CUDA", cuda.Reason is { } reason ? $"no device: {reason}" : Figures.Counted(cuda.Devices, "device", "devices"));
        if (diagnosis.Caches.Count == 0)
            yield return ("cache", $"none: {UserCache.NoHome}; set HOME or XDG_CACHE_HOME");
        foreach (var cache in diagnosis.Caches)
            yield return ($"cache: {cache.Name}",
                $"{cache.Path} ({Figures.Counted(cache.Files, "file", "files")}, {Figures.Bytes(cache.Bytes)})");
    }
}
