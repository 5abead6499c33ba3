using System.CommandLine;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets split': writes a manifest that splits a data set without copying images.</summary>
internal sealed class DatasetsSplitCommand : MltCommand
{
    private const int DefaultSeed = 1;
    private static readonly double[] DefaultFractions = [0.8, 0.1, 0.1];

    private readonly Argument<string> _data;
    private readonly DatasetOptions _dataset = new();
    private readonly Option<Fractions?> _fractions = CliOption.Parsed(
        "--fractions", "X,X[,X]",
        "Fractions of each class for train and val, or for train, val and test; they add up to 1. [default: 0.8,0.1,0.1]",
        Fractions.Parse);
    private readonly Option<int?> _folds = CliOption.Integer(
        "--folds", "Split into this many folds of equal size instead, named fold1, fold2, …, for cross-validation.", 2, 1000);
    private readonly Option<int?> _seed =
        CliOption.Integer("--seed", "Random seed: the same seed gives the same split. [default: 1]", 0, int.MaxValue);
    private readonly Option<string> _out =
        CliOption.Required("--out", "FILE", "Manifest to write, such as manifest.csv, with the path, label and split of each image.");

    internal DatasetsSplitCommand(CommandContext context)
        : base("split", "Splits a data set, stratified by class, and writes a manifest of the result.",
            context,
            "mlt datasets split images --out images/manifest.csv",
            "mlt datasets split images --fractions 0.7,0.3 --seed 7 --out manifest.csv",
            "mlt datasets split images --folds 5 --out folds.csv --json")
    {
        _data = DataArgument.Create();
        Accepts([_data, _fractions, _folds, _seed, .. _dataset.All, _out]);
    }

    internal override string Remarks =>
        """
        No image is copied: the manifest names images below its own folder by relative paths, others by absolute ones.
        Existing splits of the data set are ignored.

        JSON: { manifest, seed, parts: [{ name, images }] }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var (fractions, folds) = (parseResult.GetValue(_fractions), parseResult.GetValue(_folds));
        var seed = parseResult.GetValue(_seed) ?? DefaultSeed;
        if (fractions is not null && folds is not null)
            throw new UsageException("--fractions and --folds cannot be combined: folds have equal sizes.");
        var file = OutputFile.Checked(_out.Name, parseResult.GetRequiredValue(_out));
        var data = parseResult.GetRequiredValue(_data);
        var dataset = DataArgument.Open(data, _dataset.Bind(parseResult, data));
        var split = folds is { } count
            ? UsageError.Translate("--folds", () => dataset.Folded(count, seed))
            : dataset.Divided(fractions?.Values ?? DefaultFractions, seed);
        split.WriteManifest(file.Path);
        PartJson[] parts = [.. split.Splits.Select(name => new PartJson(name, split.Rows.Count(row => row.Split == name)))];
        Render(parseResult, new { Manifest = file.Path, Seed = seed, Parts = parts }, () =>
        {
            var sizes = string.Join(", ", parts.Select(part => $"{part.Name} {Figures.Count(part.Images)}"));
            Context.Output.WriteLine($"{file.Path}: {sizes} (seed {seed})");
        });
        if (split.Rows.Any(row => !ManifestPaths.IsBelow(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, row.ImagePath)))
        {
            Context.Words.WriteLine(
                $"The images are outside the manifest's folder, so reading it requires {_dataset.AllowOutsidePaths.Name}. "
                + "A manifest in the folder of the images does not.");
        }
        return Task.FromResult(ExitCode.Done);
    }

    private sealed record Fractions(double[] Values)
    {
        internal static Fractions Parse(string text)
        {
            double[] fractions = [.. text.Split(',')
                .Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0)];
            return fractions.Length is 2 or 3 && fractions.All(fraction => fraction > 0) && Math.Abs(fractions.Sum() - 1) < 1e-6
                ? new(fractions)
                : throw new FormatException(
                    $"'{text}' is not valid; expected are two or three positive numbers that add up to 1, such as 0.8,0.1,0.1 or 0.7,0.3.");
        }
    }

    private sealed record PartJson(string Name, int Images);
}

/// <summary>The DATA argument: the user's own data set, a folder or a file.</summary>
internal static class DataArgument
{
    internal static Argument<string> Create() => new("DATA") { Description = $"The images: {DatasetOptions.Forms}." };

    /// <exception cref="UsageException">There is no such folder or file.</exception>
    internal static ImageDataset Open(string path, ImageDatasetOptions options) => ImageDataset.Open(Paths.Existing("DATA", path), options);
}
