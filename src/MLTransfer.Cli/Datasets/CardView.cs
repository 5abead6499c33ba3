using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data.Cards;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>Shows cards of data sets on a terminal.</summary>
internal static class CardView
{
    private const string Unknown = "–";

    internal static void ShowAll(IReadOnlyList<DatasetCard> cards, CommandContext context)
    {
        var table = TextTable.Create("data set", "classes", "images", "download", "license");
        foreach (var card in cards)
            table.Row(card.Name, Figures.Count(card.Classes), Images(card), Size(card.Bytes), card.Licence ?? "not stated");
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine("'mlt datasets info NAME' shows more; 'mlt datasets get NAME' downloads and unpacks one.");
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
        ("splits", string.Join(
            ", ", card.Splits.Select(split => split.Images is { } count ? $"{split.Name} {Figures.Count(count)}" : split.Name))),
        ("layout", LayoutText(card.Layout)),
        ("license", card.Licence ?? "not stated by its publishers"),
        ("cite", card.Citation),
        ("homepage", card.Homepage.OriginalString),
        ("note", card.Notes),
    ];

    private static string LayoutText(DatasetLayout layout) => layout switch
    {
        DatasetLayout.ImageFolder => "one folder of images per class",
        DatasetLayout.Idx => "IDX files, read in place",
        DatasetLayout.CifarBinary => "CIFAR's binary files, read in place",
        DatasetLayout.Lists => "images and a manifest.csv with their labels and splits",
        _ => "files whose labels mlt does not read",
    };

    private static string Checksum(DatasetFile file) =>
        file.Checksum is { } checksum ? $"{checksum.Algorithm} {checksum.Digits}" : "no checksum is published";

    private static string Images(DatasetCard card) =>
        card.Splits.All(split => split.Images is not null) ? Figures.Count(card.Splits.Sum(split => (long)split.Images!)) : Unknown;

    private static string Size(long? bytes) => bytes is { } known ? Figures.Bytes(known) : Unknown;
}

/// <summary>A card in the JSON of 'mlt datasets list' and 'mlt datasets info'.</summary>
internal sealed record CardJson(
    string Name, string Title, string Task, int Classes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? ClassNames,
    string? Images, string Layout, IReadOnlyList<SplitJson> Splits, long? Bytes, IReadOnlyList<FileJson> Files,
    string? Licence, string Citation, Uri Homepage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Notes)
{
    internal const string Shape =
        """
        { name, title, task, classes, class_names?: [..], images, layout: image-folder|idx|cifar-binary|lists|unlabelled,
                splits: [{ name, images, path? }], bytes, files: [{ name, urls: [..], bytes, sha256?, md5? }],
                licence, citation, homepage, notes? }
        """;

    internal static CardJson From(DatasetCard card) => new(
        card.Name, card.Title, card.Task, card.Classes, card.ClassNames, card.Images, CliOption.NameOf(card.Layout),
        [.. card.Splits.Select(split => new SplitJson(split.Name, split.Images, split.Path))], card.Bytes,
        [.. card.Files.Select(file => new FileJson(file.Name, file.Urls, file.Bytes, file.Sha256, file.Md5))],
        card.Licence, card.Citation, card.Homepage, card.Notes);
}

/// <summary>A split of a data set.</summary>
internal sealed record SplitJson(
    string Name, int? Images, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path);

/// <summary>A file to download.</summary>
internal sealed record FileJson(
    string Name, IReadOnlyList<Uri> Urls, long? Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Md5);
