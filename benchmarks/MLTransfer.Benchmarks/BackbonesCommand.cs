using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Models;

namespace MLTransfer.Benchmarks;

/// <summary>Every backbone compared with torchvision's.</summary>
internal sealed class BackbonesCommand : MltCommand
{
    private const int DefaultRounds = 3;

    private readonly Option<string[]> _backbones = new("--backbone")
    {
        HelpName = "NAME",
        Description = "A backbone to compare; may be repeated. [default: all]",
    };

    private readonly Option<string?> _script = CliOption.Text(
        "--peer-script", "FILE", "Writes what torchvision's networks compute. [default: ../shared/peers/parity_models.py]");
    private readonly Option<string?> _python = PythonPeer.Option();
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each loads a file. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<string?> _out = CliOption.Text("--out", "FILE", "Markdown page to write. [default: standard output]");

    internal BackbonesCommand(CommandContext context)
        : base(
            "backbones", "Compares every backbone with torchvision's of the same name: scores, gradient, and the time to load weights.",
            context,
            $"{BenchmarkTree.Run} backbones --out docs/backbones.md",
            $"{BenchmarkTree.Run} backbones --backbone resnet50 --backbone vit_b_16 --json") =>
        Accepts(_backbones, _script, _python, _rounds, _out);

    internal override string Remarks =>
        """
        The largest networks take a minute each and 12 GiB of memory.

        JSON: { torch, torchvision, threads, rounds, backbones: [{ backbone, parameters, size, logits_difference, gradient_difference,
              peer_load_seconds, ours_load_seconds }] }, with null where torchvision has no such network

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var python = PythonPeer.Find(parseResult.GetValue(_python));
        var script = Paths.ExistingFile(
            "--peer-script", parseResult.GetValue(_script) ?? Path.Combine("..", "shared", "peers", "parity_models.py"));
        var file = parseResult.GetValue(_out) is { } path ? OutputFile.Checked("--out", path) : null;
        IReadOnlyList<Backbone> backbones =
            parseResult.GetValue(_backbones) is { Length: > 0 } names ? Array.ConvertAll(names, KnownBackbone.Find) : ModelZoo.All;
        var report = await BackbonesRun
            .CompareAsync(backbones, python, script, parseResult.GetValue(_rounds) ?? DefaultRounds, Context.Error, cancel)
            .ConfigureAwait(false);
        var page = BackbonesPage.Of(report);
        file?.Write(stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(page)));
        if (WantsJson(parseResult))
            ReportJson.WriteTo(Context.Output, report);
        else if (file is null)
            Context.Output.Write(page);
        return ExitCode.Done;
    }
}
