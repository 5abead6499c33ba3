using System.CommandLine;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>Frozen networks on random images: PyTorch, eager TorchSharp, ONNX Runtime and ours, in turns.</summary>
internal sealed class ForwardCommand : MltCommand
{
    private const int DefaultRounds = 5;
    private const double SecondsARound = 2;

    private static readonly string[] DefaultBackbones =
        ["resnet18", "resnet50", "mobilenet_v2", "efficientnet_b0", "convnext_tiny", "vit_b_16", "swin_t"];

    private static readonly int[] DefaultBatchSizes = [1, FrozenModel.BatchSize];

    private readonly Option<string[]> _backbones = new("--backbone")
    {
        HelpName = "NAME",
        Description = $"A backbone of torchvision's; may be repeated. [default: {string.Join(", ", DefaultBackbones)}]",
    };

    private readonly Option<int[]> _batchSizes = new("--batch-size")
    {
        HelpName = "N",
        Description = $"Images at a time; may be repeated. [default: {string.Join(", ", DefaultBatchSizes)}]",
    };

    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each is measured. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<int?> _threads = Threads.Option();
    private readonly Option<string?> _python = PythonPeer.Option();

    internal ForwardCommand(CommandContext context)
        : base("forward", "Times frozen networks on random images: PyTorch, TorchSharp, ONNX Runtime and ours, in turns.",
            context,
            $"{BenchmarkTree.Run} forward",
            $"{BenchmarkTree.Run} forward --backbone resnet18 --batch-size 32 --json")
    {
        _batchSizes.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !int.TryParse(token.Value, CultureInfo.InvariantCulture, out var size) || size is < 1 or > 1024))
                result.AddError("--batch-size must be a whole number from 1 to 1024.");
        });
        Accepts(_backbones, _batchSizes, _rounds, _threads, _python);
    }

    internal override string Remarks =>
        """
        Nothing else should be running. All compute in float32, from images in memory to scores: eager PyTorch and eager TorchSharp in its
        default memory format, ONNX Runtime on the exported network, and ours as it predicts. Where the processor is faster with bfloat16,
        which predictions then use, ours is measured with that, too.

        JSON: { threads, rounds, networks: [{ backbone, image_size, batch_size, milliseconds: { pytorch, torchsharp, onnx_runtime, ours,
                ours_bfloat16 }, ratios: { pytorch, torchsharp, onnx_runtime } }] }: medians for one batch; ratios are the medians of how
                many times as fast ours is in the same round

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var python = PythonPeer.Find(parseResult.GetValue(_python));
        var rounds = parseResult.GetValue(_rounds) ?? DefaultRounds;
        var batchSizes = parseResult.GetValue(_batchSizes) is { Length: > 0 } sizes ? sizes : DefaultBatchSizes;
        Backbone[] backbones = [.. (parseResult.GetValue(_backbones) is { Length: > 0 } names ? names : DefaultBackbones)
            .Select(KnownBackbone.Find)];
        Threads.Use(parseResult.GetValue(_threads) ?? Threads.Default);
        var compared = new List<ForwardComparison>();
        foreach (var backbone in backbones)
        {
            Context.Error.WriteLine($"{backbone.Name} …");
            foreach (var batchSize in batchSizes)
            {
                compared.Add(await ForwardRun.CompareAsync(backbone, batchSize, rounds, SecondsARound, python, cancel)
                    .ConfigureAwait(false));
            }
        }
        var report = new ForwardReport(TorchSharp.torch.get_num_threads(), rounds, compared);
        Render(parseResult, report, () => Screens.ForResults(Context).Write(report.Table()));
        return ExitCode.Done;
    }
}

/// <summary>One network with batches of one size.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="ImageSize">The side of the images, in pixels.</param>
/// <param name="BatchSize">Images at a time.</param>
/// <param name="Milliseconds">The median time of a batch.</param>
/// <param name="Ratios">How many times as fast ours is in float32: the median of the ratios in the same round.</param>
internal sealed record ForwardComparison(
    string Backbone, int ImageSize, int BatchSize, ForwardTimes Milliseconds, ForwardRatios Ratios);

/// <summary>Milliseconds of a batch.</summary>
/// <param name="PyTorch">Eager PyTorch of another process.</param>
/// <param name="TorchSharp">Eager TorchSharp, NCHW.</param>
/// <param name="OnnxRuntime">ONNX Runtime.</param>
/// <param name="Ours">Ours in float32.</param>
/// <param name="OursBFloat16">Ours in bfloat16; null where the processor is not faster with it.</param>
internal sealed record ForwardTimes(double PyTorch, double TorchSharp, double OnnxRuntime, double Ours, double? OursBFloat16);

/// <summary>How many times as fast as each.</summary>
internal sealed record ForwardRatios(double PyTorch, double TorchSharp, double OnnxRuntime);

/// <summary>The comparisons of all networks.</summary>
internal sealed record ForwardReport(int Threads, int Rounds, IReadOnlyList<ForwardComparison> Networks)
{
    internal Table Table()
    {
        var table = TextTable.Create(
            "ms a batch", "batch", "PyTorch", "TorchSharp", "ONNX Runtime", "ours", "bf16", "× PyTorch", "× TorchSharp", "× ONNX Runtime");
        foreach (var (backbone, _, batch, times, ratios) in Networks)
        {
            table.Row(
                backbone, batch.ToString(CultureInfo.InvariantCulture), Time(times.PyTorch), Time(times.TorchSharp),
                Time(times.OnnxRuntime), Time(times.Ours), times.OursBFloat16 is { } half ? Time(half) : "",
                Ratio(ratios.PyTorch), Ratio(ratios.TorchSharp), Ratio(ratios.OnnxRuntime));
        }
        return table;

        static string Time(double milliseconds) => Figures.Number(milliseconds, "0.0");
        static string Ratio(double ratio) => Figures.Number(ratio, "0.00");
    }
}
