using System.Globalization;
using MLTransfer.Models;

namespace MLTransfer.Cli.Bench;

/// <summary>The work of 'mlt bench load'.</summary>
internal static class LoadRun
{
    // Saves random weights and says so; then, for each line it is sent, loads them and answers with the seconds that took.
    private const string Script = """
        import sys, time, torch, torchvision
        model = torchvision.models.get_model(sys.argv[1]) if hasattr(torchvision.models, 'get_model') else getattr(torchvision.models, sys.argv[1])()
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
