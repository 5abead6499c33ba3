using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Doctor;

/// <summary>'mlt doctor': what this machine has for the work, and whether it works.</summary>
internal sealed class DoctorCommand : MltCommand
{
    internal DoctorCommand(CommandContext context)
        : base("doctor", "Says what this installation computes with, what the machine offers, and whether a small convolution runs.",
            context,
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
        var diagnosis = Diagnosis.Of(Context.CacheFolder);
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, diagnosis);
        else
            DoctorView.Show(diagnosis, Context);
        return Task.FromResult(diagnosis.Libtorch.Works ? ExitCode.Done : ExitCode.Failed);
    }
}
