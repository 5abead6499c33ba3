using System.Diagnostics;
using System.Globalization;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>A weights file into a network, by PyTorch and by us.</summary>
internal static class LoadJob
{
    private const string Ours = "MLTransfer";
    private const int Times = 5;

    // Saves random weights and answers when done; then loads them for each line and answers with the seconds that took.
    private const string Script = """
        model = network(int(rest[0]))
        torch.save(model.state_dict(), rest[1])
        print('ready', flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            model.load_state_dict(torch.load(rest[1]))
            print(time.perf_counter() - start, flush=True)
        """;

    internal static CompareJob Job { get; } = new(
        "load", "Loading weights",
        "A file that `torch.save` wrote into a network that is built already: `torch.load` with `load_state_dict`, and `mlt`'s own reader.",
        WarmsUp: true, _ => "", OpenAsync);

    private static async Task<OpenJob> OpenAsync(CompareSettings settings, CancellationToken cancel)
    {
        var backbone = settings.Backbone;
        var file = Path.Combine(settings.Scratch, "weights.pth");
        var peer = PythonNetwork.Start(settings, Script, MallocSettings.Default, $"{backbone.Classes}", file);
        await peer.AnswerAsync(cancel).ConfigureAwait(false);
        var model = backbone.Build(backbone.Classes);
        return new(
            Ours,
            [
                new("PyTorch", async token =>
                {
                    var seconds = new double[Times];
                    for (var time = 0; time < Times; time++)
                    {
                        var answer = await peer.AskAsync("load", token).ConfigureAwait(false);
                        seconds[time] = double.Parse(answer, CultureInfo.InvariantCulture);
                    }
                    return Figures(seconds);
                }),
                new(Ours, _ =>
                {
                    var seconds = Enumerable.Range(0, Times).Select(_ => LoadTiming.Ours(model, file, backbone.Name));
                    return Task.FromResult(Figures([.. seconds]));
                }),
            ],
            peer, model);
    }

    private static Dictionary<string, double> Figures(double[] seconds) => new() { [FigureKind.Load] = 1000 * Median.Of(seconds) };
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
            ours[round] = Ours(model, file, backbone);
        }
        return new(Median.Of(theirs), Median.Of(ours));
    }

    /// <summary>The seconds that loading takes us once.</summary>
    internal static double Ours(ImageModel model, string file, string backbone)
    {
        var start = Stopwatch.GetTimestamp();
        StateDict.LoadFile(model, file, backbone);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
