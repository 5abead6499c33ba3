using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>A data set that is on this machine now; also the document of 'mlt datasets get --json'.</summary>
internal sealed record GottenDataset(
    string Name, string Folder, bool WasThere, int Files, long Bytes, IReadOnlyList<string> Skipped, IReadOnlyDictionary<string,
    string> Places,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence)
{
    private const int Named = 5;

    internal static GottenDataset Of(LocalDataset dataset) => new(
        dataset.Card.Name, dataset.Folder, dataset.WasThere, dataset.Files, dataset.Bytes, dataset.Skipped, dataset.Places,
        dataset.Card.Licence);

    internal static void Show(LocalDataset dataset, CommandContext context)
    {
        var output = context.Output;
        var card = dataset.Card;
        output.WriteLine(
            $"{dataset.Folder}: {card.Name} ({(dataset.WasThere ? "was there, whole" : "downloaded and unpacked")}, "
            + $"{Figures.Counted(dataset.Files, "file", "files")}, "
            + $"{Figures.Bytes(dataset.Bytes)}, licence {card.Licence ?? "not stated by its publishers"})");
        if (!dataset.WasThere && card.Files.Any(file => file.Checksum is null))
            output.WriteLine("No checksum of it is published: nothing but the connection says that it came from its publishers.");
        foreach (var entry in dataset.Skipped.Take(Named))
            output.WriteLine($"left out, no file: {entry}");
        if (dataset.Skipped.Count > Named)
            output.WriteLine($"… and {Figures.Count(dataset.Skipped.Count - Named)} more.");
        if (card.Notes is { } notes)
            output.WriteLine(notes);
        output.WriteLine(Use(dataset, context.Command));
    }

    private static string Use(LocalDataset dataset, string mlt)
    {
        string[] places = [.. dataset.Places.Values];
        if (places.Length == 0)
            return "Its labels are in files that mlt does not read; label its images by folders or by a manifest.csv.";
        // Of IDX and CIFAR files in a folder, the parts are found by themselves.
        bool together = dataset.Card.Layout is DatasetLayout.Idx or DatasetLayout.CifarBinary && places.Length == 2;
        string data = together ? $"--data {ShellWord.Of(dataset.Folder)}"
            : $"--data {ShellWord.Of(places[0])}{(places.Length > 1 ? $" --val {ShellWord.Of(places[1])}" : "")}";
        return $"{mlt} train {data} --mode features --backbone NAME --out {dataset.Card.Name}.zip";
    }
}
