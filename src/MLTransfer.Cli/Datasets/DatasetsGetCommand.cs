using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets get': downloads and unpacks a published data set.</summary>
internal sealed class DatasetsGetCommand : MltCommand
{
    // --out does not help: downloads go to the cache until they are unpacked.
    private const string Instead = "run mlt as a user who has one";

    private readonly Argument<string> _name;

    private readonly Option<string?> _out = CliOption.Text(
        "--out", "DIR", "Folder to unpack into; must be new or empty. [default: datasets/NAME in mlt's cache folder]");

    private readonly Option<string?> _mirror = CliOption.Text(
        "--mirror", "URL", $"Server to download from instead of the publisher's; the path stays the same. [default: "
        + $"{WeightStoreOptions.MirrorVariable}, if set]");

    private readonly Option<bool> _offline = CliOption.Flag("--offline", "Download nothing; fail if a file is not on this machine.");

    internal DatasetsGetCommand(CommandContext context)
        : base("get", "Downloads a published data set, verifies and unpacks it, and shows how to train on it.", context,
            "mlt datasets get hymenoptera",
            "mlt datasets get fashion-mnist --out data/fashion",
            "mlt datasets get oxford-pets --json")
    {
        _name = KnownDataset.Argument();
        Accepts(_name, _out, _mirror, _offline);
    }

    internal override string Remarks =>
        """
        An interrupted download is resumed. Nothing is unpacked before its checksum is verified, if its publishers state one. Links and
        devices in an archive are left out, and an archive that would write outside the folder is refused.

        JSON: { name, folder, was_there, files, bytes, skipped: [..], places: { part: path }, licence? }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var card = KnownDataset.Find(parseResult.GetRequiredValue(_name));
        var folder = parseResult.GetValue(_out) ?? Path.Combine(Context.RequiredCache(CacheFolders.Datasets, Instead), card.Name);
        var store = new DatasetStore(new()
        {
            CacheFolder = Context.RequiredCache(CacheFolders.Downloads, Instead),
            Mirror = Mirror(parseResult),
            Offline = parseResult.GetValue(_offline),
        });
        var json = WantsJson(parseResult);
        var dataset = await DownloadScreen.WatchAsync(Context, json, progress => store.GetAsync(card, folder, progress, cancel))
            .ConfigureAwait(false);
        if (json)
            ReportJson.WriteTo(Context.Output, DatasetsGetResult.From(dataset));
        else
            DatasetsGetResult.Show(dataset, Context);
        return ExitCode.Done;
    }

    private Uri? Mirror(ParseResult parseResult)
    {
        var option = parseResult.GetValue(_mirror);
        var name = option is null ? WeightStoreOptions.MirrorVariable : _mirror.Name;
        return (option ?? Context.Variable(WeightStoreOptions.MirrorVariable)) is { Length: > 0 } address
            ? UsageError.Translate(name, () => WeightStoreOptions.ParseMirror(address)) : null;
    }
}

/// <summary>The JSON of 'mlt datasets get', and its text.</summary>
internal sealed record DatasetsGetResult(
    string Name, string Folder, bool WasThere, int Files, long Bytes, IReadOnlyList<string> Skipped,
    IReadOnlyDictionary<string, string> Places,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence)
{
    private const int MostSkipped = 5;

    internal static DatasetsGetResult From(LocalDataset dataset) => new(
        dataset.Card.Name, dataset.Folder, dataset.WasThere, dataset.Files, dataset.Bytes, dataset.Skipped, dataset.Places,
        dataset.Card.Licence);

    internal static void Show(LocalDataset dataset, CommandContext context)
    {
        var output = context.Output;
        var card = dataset.Card;
        output.WriteLine(
            $"{dataset.Folder}: {card.Name} ({(dataset.WasThere ? "already complete" : "downloaded and unpacked")}, "
            + $"{Figures.Counted(dataset.Files, "file", "files")}, "
            + $"{Figures.Bytes(dataset.Bytes)}, license {card.Licence ?? "not stated by its publishers"})");
        if (!dataset.WasThere && card.Files.Any(file => file.Checksum is null))
            output.WriteLine("Its publishers state no checksum: only the connection vouches for where it came from.");
        foreach (var entry in dataset.Skipped.Take(MostSkipped))
            output.WriteLine($"left out, not a file: {entry}");
        if (dataset.Skipped.Count > MostSkipped)
            output.WriteLine($"… and {Figures.Count(dataset.Skipped.Count - MostSkipped)} more.");
        if (card.Notes is { } notes)
            output.WriteLine(notes);
        output.WriteLine(UsageHint(dataset, context.Command));
    }

    private static string UsageHint(LocalDataset dataset, string mlt)
    {
        string[] places = [.. dataset.Places.Values];
        if (places.Length == 0)
            return "mlt does not read its label files; sort its images into folders or write a manifest.csv.";
        // The splits in a folder of IDX or CIFAR files are detected.
        bool together = dataset.Card.Layout is DatasetLayout.Idx or DatasetLayout.CifarBinary && places.Length == 2;
        string data = together ? $"--data {ShellWord.Quote(dataset.Folder)}"
            : $"--data {ShellWord.Quote(places[0])}{(places.Length > 1 ? $" --val {ShellWord.Quote(places[1])}" : "")}";
        return $"{mlt} train {data} --mode features --backbone NAME --out {dataset.Card.Name}.zip";
    }
}
