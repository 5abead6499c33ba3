using System.Runtime.InteropServices;
using System.Text.Json;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Benchmarks;

/// <summary>Compares one network after the other and removes its files before the next.</summary>
internal static class BackbonesRun
{
    internal static async Task<BackboneReport> CompareAsync(
        IReadOnlyList<Backbone> backbones, string python, string script, int rounds, TextWriter messages, CancellationToken cancel)
    {
        using var peer = new TorchvisionPeer(python, script);
        var known = await peer.AskAsync(cancel, "known").ConfigureAwait(false);
        var names = known.GetProperty("names").Deserialize<HashSet<string>>()!;
        var comparisons = new List<BackboneComparison>();
        // The largest first: smaller ones would fragment the heap, which then cannot be given back.
        foreach (var backbone in backbones.OrderByDescending(backbone => backbone.Parameters))
        {
            messages.WriteLine($"{backbone.Name} …");
            comparisons.Add(names.Contains(backbone.Name)
                ? await CompareAsync(backbone, peer, rounds, cancel).ConfigureAwait(false)
                : BackboneComparison.Alone(backbone));
        }
        return new(known.GetProperty("torch").GetString()!, known.GetProperty("torchvision").GetString()!, get_num_threads(), rounds,
            [.. comparisons.OrderBy(comparison => comparison.Backbone, StringComparer.Ordinal)]);
    }

    private static async Task<BackboneComparison> CompareAsync(
        Backbone backbone, TorchvisionPeer peer, int rounds, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("mlt-bench-");
        try
        {
            await peer.AskAsync(cancel, "compute", folder.FullName, backbone.Name).ConfigureAwait(false);
            var stem = Path.Combine(folder.FullName, backbone.Name);
            using var model = backbone.Build(backbone.Classes);
            var timing = await LoadTiming.InTurnsAsync(model, stem + ".pth", backbone.Name, rounds,
                async () => (await peer.AskAsync(cancel, "load", stem + ".pth").ConfigureAwait(false)).GetProperty("seconds").GetDouble())
                .ConfigureAwait(false);
            // The largest networks and their gradients need that memory.
            await peer.AskAsync(cancel, "forget").ConfigureAwait(false);
            var (size, logits, gradient) = Differences(model, stem);
            return new(backbone.Name, backbone.Parameters, size, logits, gradient, timing.TheirSeconds, timing.OurSeconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (long Size, double Logits, double Gradient) Differences(ImageModel model, string stem)
    {
        using var scope = NewDisposeScope();
        var facts = JsonDocument.Parse(File.ReadAllText(stem + ".json")).RootElement;
        var shape = facts.GetProperty("input").Deserialize<long[]>()!;
        model.eval();
        var logits = model.call(Read(stem + ".input.bin", shape));
        nn.functional.cross_entropy(logits, arange(shape[0], dtype: ScalarType.Int64)).backward();
        var first = model.get_parameter(facts.GetProperty("first_parameter").GetString()!)!;
        return (shape[^1], Difference(logits.detach(), Read(stem + ".logits.bin", logits.shape)),
            Difference(first.grad!, Read(stem + ".grad.bin", first.shape)));
    }

    private static double Difference(Tensor ours, Tensor theirs) => ((ours - theirs).abs().max() / theirs.abs().max()).item<float>();

    private static Tensor Read(string path, long[] shape) =>
        tensor(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray(), shape);
}

/// <summary>A Python process that answers questions about torchvision's networks, a line each way.</summary>
internal sealed class TorchvisionPeer(string python, string script) : IDisposable
{
    // Weights that start as a constant are made random: a scale of one or a bias of zero would hide errors in their use.
    private const string Server = """
        import contextlib, gc, io, json, runpy, sys, time, torch, torchvision, warnings
        warnings.filterwarnings("ignore")
        script, made, last = sys.argv[1], torchvision.models.get_model, None
        def get_model(*arguments, **more):
            global last
            last = made(*arguments, **more)
            with torch.no_grad():
                for p in last.parameters():
                    if p.min() == p.max(): p.add_(torch.randn_like(p), alpha=0.05)
            return last
        torchvision.models.get_model = get_model
        def known():
            names = torchvision.models.list_models(module=torchvision.models)
            return {"torch": torch.__version__, "torchvision": torchvision.__version__, "names": [n for n in names if "quantized" not in n]}
        def compute(folder, name):
            sys.argv = [script, folder, name]
            with contextlib.redirect_stdout(io.StringIO()): runpy.run_path(script, run_name="__main__")
            last.zero_grad(set_to_none=True)
            gc.collect()
            return {}
        def load(path):
            start = time.perf_counter()
            last.load_state_dict(torch.load(path))
            return {"seconds": time.perf_counter() - start}
        def forget():
            global last
            last = None
            gc.collect()
            return {}
        for line in sys.stdin:
            question, *arguments = line.rstrip("\n").split("\t")
            print(json.dumps({"known": known, "compute": compute, "load": load, "forget": forget}[question](*arguments)), flush=True)
        """;

    private readonly PythonPeer _process = new(python, Server, MallocSettings.Default, script);

    internal async Task<JsonElement> AskAsync(CancellationToken cancel, params string[] question) =>
        JsonDocument.Parse(await _process.AskAsync(string.Join('\t', question), cancel).ConfigureAwait(false)).RootElement;

    public void Dispose() => _process.Dispose();
}
