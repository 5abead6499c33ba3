using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights get': downloads weights.</summary>
internal sealed class WeightsGetCommand : MltCommand
{
    private readonly Argument<string[]> _names;
    private readonly StoreOptions _store = new();

    internal WeightsGetCommand(CommandContext context)
        : base("get", "Downloads weights unless they are on this machine, verifies them, and shows where they are.", context,
            "mlt weights get resnet50",
            "mlt weights get resnet18/IMAGENET1K_V1 vit_b_16/IMAGENET1K_SWAG_LINEAR_V1",
            "mlt weights get nuget:My.Weights/1.0.0#weights/resnet18.safetensors",
            "mlt weights get https://host/weights.pth#sha256=12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8 --json")
    {
        _names = new("NAME")
        {
            Description = "Published weights ('mlt weights list'), a backbone for its default ones, URL#sha256=HASH, or "
                + "nuget:PACKAGE/VERSION#PATH.",
            Arity = ArgumentArity.OneOrMore,
        };
        Accepts(_names, _store.Folder, _store.Mirror, _store.Offline);
    }

    internal override string Remarks =>
        """
        An interrupted download is resumed.

        JSON: [{ name, path?, bytes?, downloaded, licence? }]

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var store = _store.CreateStore(parseResult, Context);
        var (json, references) = (WantsJson(parseResult), parseResult.GetRequiredValue(_names).Select(Parse).ToArray());
        var got = new List<WeightsGetResult>();
        foreach (var reference in references)
        {
            var note = new DownloadNote();
            var weights = await DownloadScreen
                .WatchAsync(Context, json, progress => store.GetAsync(reference, note.ForwardTo(progress), cancel))
                .ConfigureAwait(false);
            got.Add(WeightsGetResult.From(weights, reference, note.Downloaded));
            if (!json)
                Context.Output.WriteLine(got[^1].Describe());
        }
        if (json)
            ReportJson.WriteTo(Context.Output, got);
        return ExitCode.Done;
    }

    private static WeightsReference Parse(string name) => UsageError.Translate(null, () =>
        RemoteWeights.TryParse(name) is not null ? WeightsReference.Parse(name, "")
            : WeightsReference.ForPublished(WeightsCatalog.Find(name)));
}

/// <summary>Weights in the JSON of 'mlt weights get', and their text.</summary>
internal sealed record WeightsGetResult(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Bytes,
    bool Downloaded,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence)
{
    internal static WeightsGetResult From(LocalWeights weights, WeightsReference reference, bool downloaded) => new(
        weights.Name, weights.Path, weights.Path is { } path ? new FileInfo(path).Length : null, downloaded, reference.Published?.Licence);

    internal string Describe()
    {
        var size = Bytes is { } bytes ? $", {Figures.Bytes(bytes)}" : "";
        var license = Licence is { } name ? $", license {name}" : "";
        return $"{Path ?? "part of MLTransfer"}: {Name} ({(Downloaded ? "downloaded" : "already there")}{size}{license})";
    }
}
