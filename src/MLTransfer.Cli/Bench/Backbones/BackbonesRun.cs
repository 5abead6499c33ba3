using System.Runtime.InteropServices;
using System.Text.Json;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Cli.Bench.Backbones;

/// <summary>The work of 'mlt bench backbones': one network after the other, its files removed before the next.</summary>
internal static class BackbonesRun
{
    internal static async Task<BackboneReport> CompareAsync(
        IReadOnlyList<Backbone> backbones, string python, string script, int rounds, TextWriter words, CancellationToken cancel)
    {
        using var peer = new TorchvisionPeer(python, script);
        var known = await peer.AskAsync(cancel, "known").ConfigureAwait(false);
        var names = known.GetProperty("names").Deserialize<HashSet<string>>()!;
        var comparisons = new List<BackboneComparison>();
        // The largest first, while the heap is whole: what smaller ones leave scattered in it cannot be given back.
        foreach (var backbone in backbones.OrderByDescending(backbone => backbone.Parameters))
        {
            words.WriteLine($"{backbone.Name} …");
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
            // The largest networks and their gradients need the memory.
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
