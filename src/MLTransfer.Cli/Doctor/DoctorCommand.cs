using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Doctor;

/// <summary>'mlt doctor': what this machine has for the work, and whether it works.</summary>
internal sealed class DoctorCommand : MltCommand
{
    internal DoctorCommand(Surroundings surroundings)
        : base("doctor", "Says what this installation computes with, what the machine offers, and whether a small convolution runs.",
            surroundings,
            "mlt doctor",
            "mlt doctor --json") =>
        Accepts();

    internal override string Remarks =>
        """
        JSON: { version, packages: { microsoft_ml, torchsharp }, dotnet, system, processor: { cores, threads, features: [name] }, bf16_inference,
                libtorch: { version, works, corrected, caches_told, error? }, cuda: { devices, reason? }, caches: [{ name, path, files, bytes }] }
        The exit code is 1 when libtorch does not work.

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var diagnosis = Diagnosis.Of(Surroundings.CacheFolder);
        if (WantsJson(asked))
            Json.WriteTo(Surroundings.Output, diagnosis);
        else
            DoctorView.Show(diagnosis, Surroundings);
        return Task.FromResult(diagnosis.Libtorch.Works ? ExitCode.Done : ExitCode.Failed);
    }
}
