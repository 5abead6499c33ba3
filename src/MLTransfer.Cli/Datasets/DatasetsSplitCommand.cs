using System.CommandLine;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets split': a manifest that divides a data set, without copying an image.</summary>
internal sealed class DatasetsSplitCommand : MltCommand
{
    private const int DefaultSeed = 1;
    private static readonly double[] DefaultFractions = [0.8, 0.1, 0.1];

    private readonly Argument<string> _data;
    private readonly DatasetOptions _dataset = new();
    private readonly Option<Shares?> _fractions = CliOption.Parsed(
        "--fractions", "X,X[,X]", "The shares of train and val, or of train, val and test, of every class; their sum is 1. [default: "
        + "0.8,0.1,0.1]", Shares.Parse);
    private readonly Option<int?> _folds =
        CliOption.Integer("--folds", "Divide into so many parts of the same size instead, fold1, fold2, …, for cross-validation.", 2, 1000);
    private readonly Option<int?> _seed =
        CliOption.Integer("--seed", "Decides which images: the same seed, the same parts. [default: 1]", 0, int.MaxValue);
    private readonly Option<string> _out =
        CliOption.Required("--out", "FILE", "The manifest to write, such as manifest.csv: image, label and split of each image.");

    internal DatasetsSplitCommand(CommandContext context)
        : base("split", "Divides a data set into parts with the same share of each class, and writes down which image is in which.",
            context,
            "mlt datasets split images --out images/manifest.csv",
            "mlt datasets split images --fractions 0.7,0.3 --seed 7 --out manifest.csv",
            "mlt datasets split images --folds 5 --out folds.csv --json")
    {
        _data = DataArgument.New();
        Accepts([_data, _fractions, _folds, _seed, .. _dataset.All, _out]);
    }

    internal override string Remarks =>
        """
        No image is copied: the manifest names images in and below its own folder relative to it, others by their full paths. Parts that the
        data set came in are divided anew.

        JSON: { manifest, seed, parts: [{ name, images }] }

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var (fractions, folds, seed) = (asked.GetValue(_fractions), asked.GetValue(_folds), asked.GetValue(_seed) ?? DefaultSeed);
        if (fractions is not null && folds is not null)
            throw new UsageException("--fractions and --folds exclude each other: parts of given shares, or parts of the same size.");
        var file = OutputFile.Checked(_out.Name, asked.GetRequiredValue(_out));
        var data = asked.GetRequiredValue(_data);
        var dataset = DataArgument.Open(data, _dataset.Of(asked, data));
        var divided = folds is { } count ? Folded(dataset, count, seed) : dataset.Divided(fractions?.Fractions ?? DefaultFractions, seed);
        divided.WriteManifest(file.Path);
        Show(divided, file.Path, seed, WantsJson(asked));
        if (divided.Rows.Any(row => LiesOutside(row.ImagePath, Path.GetDirectoryName(Path.GetFullPath(file.Path))!)))
            Context.Error.WriteLine($"Its images lie outside its folder: who reads it has to say so, with "
                + $"{_dataset.AllowOutsidePaths.Name}. Beside them, it needs no leave.");
        return Task.FromResult(ExitCode.Done);
    }

    private static ImageDataset Folded(ImageDataset dataset, int folds, int seed)
    {
        try
        {
            return dataset.Folded(folds, seed);
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For("--folds", refusal);
        }
    }

    private static bool LiesOutside(string image, string folder) =>
        Path.GetRelativePath(folder, Path.GetFullPath(image)).Split(Path.DirectorySeparatorChar) is [".." or "", ..];

    private void Show(ImageDataset divided, string path, int seed, bool json)
    {
        PartJson[] parts = [.. divided.Splits.Select(split => new PartJson(split, divided.Rows.Count(row => row.Split == split)))];
        if (json)
            Json.WriteTo(Context.Output, new { Manifest = path, Seed = seed, Parts = parts });
        else
            Context.Output.WriteLine($"{path}: {string.Join(", ", parts.Select(part => $"{part.Name} {Figures.Count(part.Images)}"))} (seed {seed})");
    }

    private sealed record Shares(double[] Fractions)
    {
        internal static Shares Parse(string text)
        {
            double[] fractions = [.. text.Split(',')
                .Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0)];
            return fractions.Length is 2 or 3 && fractions.All(fraction => fraction > 0) && Math.Abs(fractions.Sum() - 1) < 1e-6
                ? new(fractions)
                : throw new FormatException($"'{text}' is not understood; two or three positive numbers whose sum is 1 are expected, "
                + $"such as 0.8,0.1,0.1 or 0.7,0.3.");
        }
    }

    private sealed record PartJson(string Name, int Images);
}
