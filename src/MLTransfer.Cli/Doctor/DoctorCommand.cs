using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Doctor;

/// <summary>'mlt doctor': shows what this machine computes with, and whether that works.</summary>
internal sealed class DoctorCommand : MltCommand
{
    internal DoctorCommand(CommandContext context)
        : base("doctor", "Shows the versions, processor features, devices and caches that mlt uses, and whether libtorch works.",
            context,
            "mlt doctor",
            "mlt doctor --json") =>
        Accepts();

    internal override string Remarks =>
        """
        JSON: { version, packages: { microsoft_ml, torchsharp }, dotnet, system, processor: { cores, threads, features: [name] },
                bf16_inference, libtorch: { version, works, corrected, caches_told, error? },
                cuda: { devices, reason?, name?, compute_capability?, bf16? }, caches: [{ name, path, files, bytes }] }
        The exit code is 1 if libtorch does not work.

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var diagnosis = Diagnosis.Run(Context.CacheFolder);
        Render(parseResult, diagnosis, () => DoctorView.Show(diagnosis, Context));
        return Task.FromResult(diagnosis.Libtorch.Works ? ExitCode.Done : ExitCode.Failed);
    }
}
