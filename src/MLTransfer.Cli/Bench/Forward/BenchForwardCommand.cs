using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Cli.Bench.Forward;

/// <summary>'mlt bench forward': images a second through networks, by PyTorch and by us, in turns.</summary>
internal sealed class BenchForwardCommand : MltCommand
{
    private const int DefaultBatchSize = 16;
    private const int DefaultRounds = 5;
    private const double SecondsARound = 2;
    private static readonly string[] DefaultBackbones = ["resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16"];

    private readonly Option<string[]> _backbones = new("--backbone")
    {
        HelpName = "NAME",
        Description = $"A backbone of torchvision's; may be repeated. [default: {string.Join(", ", DefaultBackbones)}]",
    };

    private readonly Option<int?> _batchSize = CliOption.Integer("--batch-size", $"Images at a time. [default: {DefaultBatchSize}]", 1, 1024);
    private readonly Option<int?> _rounds = CliOption.Integer("--rounds", $"How often each is measured. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<int?> _threads = Threads.Option();
    private readonly Option<string?> _python = CliOption.Text(
        "--python", "FILE", $"The Python that has torch and torchvision. [default: {PeerRequest.DefaultPython}]");

    internal BenchForwardCommand(CommandContext context)
        : base("forward", "Times networks on random images: eager PyTorch, ours in float32, and ours as it predicts, in turns.",
            context,
            "mlt bench forward",
            "mlt bench forward --backbone resnet18 --batch-size 32 --json") =>
        Accepts(_backbones, _batchSize, _rounds, _threads, _python);

    internal override string Remarks =>
        """
        Nothing else should be running. As it predicts: batch norms folded, channels-last, bfloat16 where the processor has it.

        JSON: { batch_size, threads, rounds, backbones: [{ backbone, image_size, peer_images_per_second,
                float32_images_per_second, frozen_precision, frozen_images_per_second, float32_ratio, frozen_ratio }] }: ratios are how many times as fast

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var python = Paths.ExistingFile("--python", asked.GetValue(_python) ?? PeerRequest.DefaultPython);
        var (batchSize, rounds) = (asked.GetValue(_batchSize) ?? DefaultBatchSize, asked.GetValue(_rounds) ?? DefaultRounds);
        Backbone[] backbones = [.. (asked.GetValue(_backbones) is { Length: > 0 } names ? names : DefaultBackbones)
            .Select(KnownBackbone.Of)];
        Threads.Use(asked.GetValue(_threads) ?? Threads.Default);
        var comparisons = new List<ForwardComparison>();
        foreach (var backbone in backbones)
        {
            Context.Error.WriteLine($"{backbone.Name} …");
            comparisons.Add(await ForwardRun.CompareAsync(backbone, batchSize, rounds, SecondsARound, python, cancel)
                .ConfigureAwait(false));
        }
        var report = new ForwardReport(batchSize, torch.get_num_threads(), rounds, comparisons);
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, report);
        else
            Show(report);
        return ExitCode.Done;
    }

    private void Show(ForwardReport report)
    {
        var table = TextTable.Of("images a second", "PyTorch", "mlt float32", "", "mlt as it predicts", "");
        foreach (var row in report.Backbones)
        {
            table.Row(
                row.Backbone, Figures.Number(row.PeerImagesPerSecond, "0.0"), Figures.Number(row.Float32ImagesPerSecond, "0.0"),
                Times(row.Float32Ratio),
                $"{Figures.Number(row.FrozenImagesPerSecond, "0.0")} ({CliOption.Word(row.FrozenPrecision)})", Times(row.FrozenRatio));
        }
        Screens.ForResults(Context).Write(table);
    }

    private static string Times(double ratio) => $"× {Figures.Number(ratio, "0.00")}";
}
