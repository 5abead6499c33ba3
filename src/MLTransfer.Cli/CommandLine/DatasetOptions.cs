using System.CommandLine;
using System.CommandLine.Parsing;
using MLTransfer.Data;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The options of every command that reads a data set: how to read it.</summary>
internal sealed class DatasetOptions
{
    internal const string Forms =
        "a folder with one subfolder of images per class, or with such folders for train, val and test; "
        + "a manifest (.csv, .tsv, .jsonl); a .zip or .tar archive; MNIST's IDX files; CIFAR's binary files";

    internal Option<string?> ImageColumn { get; } =
        CliOption.Text("--image-column", "NAME", "Column of a manifest that holds the image paths. [default: detected by its name]");

    internal Option<string?> LabelColumn { get; } =
        CliOption.Text("--label-column", "NAME", "Column of a manifest that holds the classes. [default: detected by its name]");

    internal Option<string?> ImageFolder { get; } = CliOption.Text(
        "--image-folder", "DIR", "Folder that the paths of a manifest are relative to. [default: the manifest's own]");

    internal Option<string?> ImageSuffix { get; } = CliOption.Text(
        "--image-suffix", "SUFFIX",
        "Suffix that the names of the files have and those in a manifest lack, such as .jpg. [default: detected from the files]");

    internal Option<bool> AllowOutsidePaths { get; } = CliOption.Flag(
        "--allow-outside-paths", "Allow a manifest to name images outside its own folder. Only for manifests that you trust.");

    internal Symbol[] All => [ImageColumn, LabelColumn, ImageFolder, ImageSuffix, AllowOutsidePaths];

    /// <summary>The given options as the user would type them again to read <paramref name="data"/>, each after a space.</summary>
    internal string ToArguments(ParseResult parseResult, string data) => IsManifest(data)
        ? string.Concat(Given(parseResult, All).SelectMany(ToTokens).Select(word => $" {ShellWord.Quote(word)}"))
        : "";

    /// <param name="parseResult">The command line.</param>
    /// <param name="data">The data sets that are read with these options.</param>
    /// <exception cref="UsageException">An option applies to none of them.</exception>
    internal ImageDatasetOptions Bind(ParseResult parseResult, params IReadOnlyList<string> data)
    {
        RefuseWithoutManifest(parseResult, data);
        return new()
        {
            ImageColumn = parseResult.GetValue(ImageColumn),
            LabelColumn = parseResult.GetValue(LabelColumn),
            ImageFolder = parseResult.GetValue(ImageFolder) is { } folder ? Paths.ExistingFolder(ImageFolder.Name, folder) : null,
            ImageSuffix = parseResult.GetValue(ImageSuffix),
            AllowOutsidePaths = parseResult.GetValue(AllowOutsidePaths),
        };
    }

    // --allow-outside-paths is a permission: it does no harm without a manifest.
    private void RefuseWithoutManifest(ParseResult parseResult, IReadOnlyList<string> data)
    {
        if (!data.All(Path.Exists) || data.Any(IsManifest))
            return;
        if (Given(parseResult, [ImageColumn, LabelColumn, ImageFolder, ImageSuffix]).FirstOrDefault() is { } useless)
        {
            throw new UsageException(
                $"{useless.Option.Name} applies only to a manifest (.csv, .tsv, .jsonl), which '{data[0]}' is not; "
                + "omit it, or name the manifest.");
        }
    }

    private static bool IsManifest(string data) => Manifest.LooksLike(data) && !Directory.Exists(data);

    private static IEnumerable<OptionResult> Given(ParseResult parseResult, IEnumerable<Symbol> options) =>
        options.OfType<Option>().Select(option => parseResult.GetResult(option)).OfType<OptionResult>().Where(result => !result.Implicit);

    private static IEnumerable<string> ToTokens(OptionResult given) => [given.Option.Name, .. given.Tokens.Select(token => token.Value)];
}
