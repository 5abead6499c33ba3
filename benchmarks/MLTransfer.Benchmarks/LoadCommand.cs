using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Benchmarks;

/// <summary>Loading a weights file into a network, by PyTorch and by us, in turns.</summary>
internal sealed class LoadCommand : MltCommand
{
    private const string DefaultBackbone = "resnet50";
    private const int DefaultRounds = 11;

    private readonly Option<string?> _backbone =
        CliOption.Text("--backbone", "NAME", $"A backbone of torchvision's. [default: {DefaultBackbone}]");
    private readonly Option<string?> _python = PythonPeer.Option();
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each loads the file. [default: {DefaultRounds}]", 1, 1000);

    internal LoadCommand(CommandContext context)
        : base("load", "Times reading a .pth file into a network: PyTorch's torch.load with load_state_dict, and ours, in turns.",
            context,
            $"{BenchmarkTree.Run} load",
            $"{BenchmarkTree.Run} load --backbone vgg16 --rounds 5 --json") =>
        Accepts(_backbone, _python, _rounds);

    internal override string Remarks =>
        """
        The file holds random weights that torchvision makes and torch.save writes. Building the network is not timed; medians are compared.

        JSON: { backbone, bytes, rounds, peer_seconds, ours_seconds, ratio }: ratio is how many times as fast ours is

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var python = PythonPeer.Find(parseResult.GetValue(_python));
        var backbone = KnownBackbone.Find(parseResult.GetValue(_backbone) ?? DefaultBackbone);
        var rounds = parseResult.GetValue(_rounds) ?? DefaultRounds;
        var comparison = await LoadRun.CompareAsync(backbone, python, rounds, cancel).ConfigureAwait(false);
        Render(parseResult, comparison, () => LoadComparison.Show(comparison, Context));
        return ExitCode.Done;
    }
}

/// <summary>The medians of loading one file in turns.</summary>
internal sealed record LoadComparison(string Backbone, long Bytes, int Rounds, double PeerSeconds, double OursSeconds)
{
    /// <summary>The peer's seconds over ours.</summary>
    public double Ratio => PeerSeconds / OursSeconds;

    internal static void Show(LoadComparison comparison, CommandContext context)
    {
        var output = context.Output;
        output.WriteLine($"{comparison.Backbone}: a file of {Figures.Bytes(comparison.Bytes)} into a network, median of "
            + $"{Figures.Counted(comparison.Rounds, "round", "rounds")}");
        output.WriteLine($"torch.load and load_state_dict: {Milliseconds(comparison.PeerSeconds)}");
        output.WriteLine($"mlt: {Milliseconds(comparison.OursSeconds)}, {Figures.Number(comparison.Ratio, "0.00")} times as fast");
    }

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " ms";
}

/// <summary>Runs both sides in turns.</summary>
internal static class LoadRun
{
    // Saves random weights and answers when done; then loads them for each line and answers with the seconds that took.
    private const string Script = """
        import sys, time, torch, torchvision
        models = torchvision.models
        model = models.get_model(sys.argv[1]) if hasattr(models, 'get_model') else getattr(models, sys.argv[1])()
        torch.save(model.state_dict(), sys.argv[2])
        print('ready', flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            model.load_state_dict(torch.load(sys.argv[2]))
            print(time.perf_counter() - start, flush=True)
        """;

    internal static async Task<LoadComparison> CompareAsync(Backbone backbone, string python, int rounds, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("mlt-bench-");
        try
        {
            var file = Path.Combine(folder.FullName, "weights.pth");
            using var peer = new PythonPeer(python, Script, backbone.Name, file);
            await peer.AnswerAsync(cancel).ConfigureAwait(false);
            using var model = backbone.Build(backbone.Classes);
            var timing = await LoadTiming.InTurnsAsync(model, file, backbone.Name, rounds,
                async () => double.Parse(await peer.AskAsync("load", cancel).ConfigureAwait(false), CultureInfo.InvariantCulture))
                .ConfigureAwait(false);
            return new(backbone.Name, new FileInfo(file).Length, rounds, timing.TheirSeconds, timing.OurSeconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>Median seconds from a weights file into a network, PyTorch's and ours taken in turns.</summary>
internal readonly record struct LoadTiming(double TheirSeconds, double OurSeconds)
{
    /// <param name="model">The network to load into.</param>
    /// <param name="file">Weights that fit it.</param>
    /// <param name="backbone">The network's name.</param>
    /// <param name="rounds">How often each loads.</param>
    /// <param name="peer">Loads the same file once and returns the seconds that took.</param>
    internal static async Task<LoadTiming> InTurnsAsync(ImageModel model, string file, string backbone, int rounds, Func<Task<double>> peer)
    {
        var (theirs, ours) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            theirs[round] = await peer().ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            StateDict.LoadFile(model, file, backbone);
            ours[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return new(Median.Of(theirs), Median.Of(ours));
    }
}
