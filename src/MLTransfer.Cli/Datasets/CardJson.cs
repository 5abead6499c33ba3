using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data.Cards;

namespace MLTransfer.Cli.Datasets;

/// <summary>A card in the document of 'mlt datasets list|info --json'.</summary>
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
               splits: [{ name, images, path? }], bytes, files: [{ name, urls: [..], bytes, sha256?, md5? }], licence, citation, homepage, notes? }
        """;

    internal static CardJson Of(DatasetCard card) => new(
        card.Name, card.Title, card.Task, card.Classes, card.ClassNames, card.Images, CliOption.Word(card.Layout),
        [.. card.Splits.Select(split => new SplitJson(split.Name, split.Images, split.Path))], card.Bytes,
        [.. card.Files.Select(file => new FileJson(file.Name, file.Urls, file.Bytes, file.Sha256, file.Md5))],
        card.Licence, card.Citation, card.Homepage, card.Notes);
}

/// <summary>A part of a data set.</summary>
internal sealed record SplitJson(
    string Name, int? Images, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path);

/// <summary>A file to download.</summary>
internal sealed record FileJson(
    string Name, IReadOnlyList<Uri> Urls, long? Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Md5);
