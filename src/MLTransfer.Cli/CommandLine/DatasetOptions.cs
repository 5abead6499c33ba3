using System.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The options that say how a data set is read, for every command that reads one.</summary>
internal sealed class DatasetOptions
{
    internal const string Forms =
        "a folder with one folder of pictures per class, or with such folders for train, val and test; a manifest (.csv, .tsv, .jsonl); a .zip or .tar " +
        "archive; IDX files as of MNIST; CIFAR files";

    internal Option<string?> ImageColumn { get; } = NewOption.Text("--image-column", "NAME", "The column of a manifest with the pictures' paths. [default: found by its name]");

    internal Option<string?> LabelColumn { get; } = NewOption.Text("--label-column", "NAME", "The column of a manifest with the classes. [default: found by its name]");

    internal Option<string?> ImageFolder { get; } = NewOption.Text(
        "--image-folder", "DIR", "The folder that a manifest's paths are relative to. [default: the manifest's own]");

    internal Option<string?> ImageSuffix { get; } = NewOption.Text(
        "--image-suffix", "SUFFIX",
        "What ends the names of the files but not those in a manifest, such as .jpg. [default: found by the files]");

    internal Option<bool> AllowOutsidePaths { get; } = NewOption.Flag(
        "--allow-outside-paths", "Read pictures outside the manifest's own folder, which a manifest of unknown origin must not name.");

    internal Symbol[] All => [ImageColumn, LabelColumn, ImageFolder, ImageSuffix, AllowOutsidePaths];

    /// <summary>Those that were given, as they would be typed again, each behind a blank.</summary>
    internal string Typed(ParseResult asked)
    {
        string Text(Option<string?> option) => asked.GetValue(option) is { } value ? $" {option.Name} {ShellWord.Of(value)}" : "";
        return $"{Text(ImageColumn)}{Text(LabelColumn)}{(asked.GetValue(AllowOutsidePaths) ? $" {AllowOutsidePaths.Name}" : "")}";
    }

    internal ImageDatasetOptions Of(ParseResult asked) => new()
    {
        ImageColumn = asked.GetValue(ImageColumn),
        LabelColumn = asked.GetValue(LabelColumn),
        ImageFolder = asked.GetValue(ImageFolder) is { } folder ? Paths.ExistingFolder(ImageFolder.Name, folder) : null,
        ImageSuffix = asked.GetValue(ImageSuffix),
        AllowOutsidePaths = asked.GetValue(AllowOutsidePaths),
    };
}
