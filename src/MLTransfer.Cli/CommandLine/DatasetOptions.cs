using System.CommandLine;
using System.CommandLine.Parsing;
using MLTransfer.Data;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The options that say how a data set is read, for every command that reads one.</summary>
internal sealed class DatasetOptions
{
    internal const string Forms =
        "a folder with one folder of images per class, or with such folders for train, val and test; a manifest (.csv, .tsv, .jsonl); a "
            + ".zip or .tar " +
        "archive; IDX files as of MNIST; CIFAR files";

    internal Option<string?> ImageColumn { get; } =
        CliOption.Text("--image-column", "NAME", "The column of a manifest with the images' paths. [default: found by its name]");

    internal Option<string?> LabelColumn { get; } =
        CliOption.Text("--label-column", "NAME", "The column of a manifest with the classes. [default: found by its name]");

    internal Option<string?> ImageFolder { get; } = CliOption.Text(
        "--image-folder", "DIR", "The folder that a manifest's paths are relative to. [default: the manifest's own]");

    internal Option<string?> ImageSuffix { get; } = CliOption.Text(
        "--image-suffix", "SUFFIX",
        "What ends the names of the files but not those in a manifest, such as .jpg. [default: found by the files]");

    internal Option<bool> AllowOutsidePaths { get; } = CliOption.Flag(
        "--allow-outside-paths", "Read images outside the manifest's own folder, which a manifest of unknown origin must not name.");

    internal Symbol[] All => [ImageColumn, LabelColumn, ImageFolder, ImageSuffix, AllowOutsidePaths];

    /// <summary>Those that were given, as they would be typed again to read a data set, each behind a blank.</summary>
    internal string Typed(ParseResult asked, string data) => IsManifest(data)
        ? string.Concat(Given(asked, All).SelectMany(Words).Select(word => $" {ShellWord.Of(word)}"))
        : "";

    /// <param name="asked">What was asked.</param>
    /// <param name="data">The data sets that are read so.</param>
    /// <exception cref="UsageException">Something was given that none of them has a use for.</exception>
    internal ImageDatasetOptions Of(ParseResult asked, params IReadOnlyList<string> data)
    {
        RefuseWithoutManifest(asked, data);
        return new()
        {
            ImageColumn = asked.GetValue(ImageColumn),
            LabelColumn = asked.GetValue(LabelColumn),
            ImageFolder = asked.GetValue(ImageFolder) is { } folder ? Paths.ExistingFolder(ImageFolder.Name, folder) : null,
            ImageSuffix = asked.GetValue(ImageSuffix),
            AllowOutsidePaths = asked.GetValue(AllowOutsidePaths),
        };
    }

    // That images elsewhere may be read is a permission, and does no harm where none are named.
    private void RefuseWithoutManifest(ParseResult asked, IReadOnlyList<string> data)
    {
        if (!data.All(Path.Exists) || data.Any(IsManifest))
            return;
        if (Given(asked, [ImageColumn, LabelColumn, ImageFolder, ImageSuffix]).FirstOrDefault() is { } useless)
        {
            throw new UsageException(
                $"{useless.Option.Name} says how a manifest (.csv, .tsv, .jsonl) is read, and '{data[0]}' is none; "
                + "leave it out, or name the manifest.");
        }
    }

    private static bool IsManifest(string data) => Manifest.LooksLike(data) && !Directory.Exists(data);

    private static IEnumerable<OptionResult> Given(ParseResult asked, IEnumerable<Symbol> options) =>
        options.OfType<Option>().Select(option => asked.GetResult(option)).OfType<OptionResult>().Where(result => !result.Implicit);

    private static IEnumerable<string> Words(OptionResult given) => [given.Option.Name, .. given.Tokens.Select(token => token.Value)];
}
