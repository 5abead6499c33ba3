using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>Cards for people.</summary>
internal static class CardView
{
    private const string Unknown = "–";

    internal static void ShowAll(IReadOnlyList<DatasetCard> cards, CommandContext context)
    {
        var table = TextTable.Of("data set", "classes", "images", "download", "licence");
        foreach (var card in cards)
            table.Row(card.Name, Figures.Count(card.Classes), Images(card), Size(card.Bytes), card.Licence ?? "not stated");
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine("'mlt datasets info NAME' says more of one; 'mlt datasets get NAME' downloads and unpacks it.");
    }

    internal static void Show(DatasetCard card, CommandContext context)
    {
        var output = context.Output;
        output.WriteLine($"{card.Name}: {card.Title}");
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        foreach (var (what, value) in Rows(card).Where(row => row.Value is not null))
            grid.AddRow(new Text(what), new Text(value!));
        Screens.ForResults(context).Write(grid);
        foreach (var file in card.Files)
            output.WriteLine($"{file.Urls[0]} ({Size(file.Bytes)}, {Checksum(file)})");
    }

    private static IEnumerable<(string What, string? Value)> Rows(DatasetCard card) =>
    [
        ("classes", Figures.Count(card.Classes) + (card.ClassNames is { } names ? $": {string.Join(", ", names)}" : "")),
        ("images", card.Images),
        ("parts", string.Join(", ", card.Splits
        .Select(split => split.Images is { } count ? $"{split.Name} {Figures.Count(count)}" : split.Name))),
        ("becomes", Becomes(card.Layout)),
        ("licence", card.Licence ?? "not stated by its publishers"),
        ("cite", card.Citation),
        ("homepage", card.Homepage.OriginalString),
        ("note", card.Notes),
    ];

    private static string Becomes(DatasetLayout layout) => layout switch
    {
        DatasetLayout.ImageFolder => "folders of images, one for each class",
        DatasetLayout.Idx => "IDX files, read as they are",
        DatasetLayout.CifarBinary => "CIFAR's binary files, read as they are",
        DatasetLayout.Lists => "images and a manifest.csv with their labels and parts",
        _ => "files without labels that could be read",
    };

    private static string Checksum(DatasetFile file) =>
        file.Checksum is { } checksum ? $"{checksum.Algorithm} {checksum.Digits}" : "no checksum is published";

    private static string Images(DatasetCard card) =>
        card.Splits.All(split => split.Images is not null) ? Figures.Count(card.Splits.Sum(split => (long)split.Images!)) : Unknown;

    private static string Size(long? bytes) => bytes is { } known ? Figures.Bytes(known) : Unknown;
}
