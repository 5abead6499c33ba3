using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;

namespace MLTransfer.Cli.Datasets;

/// <summary>The document of 'mlt datasets check --json'.</summary>
internal sealed record CheckJson(
    string Path, string Format, int Images, IReadOnlyList<ClassJson> Classes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SizesJson? Sizes,
    IReadOnlyList<ProblemJson> Problems, IReadOnlyList<LeftOutJson> LeftOut, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Report)
{
    internal static CheckJson Of(DatasetFindings findings, string? report) => new(
        findings.Dataset.Path, findings.Dataset.Format, findings.Dataset.Rows.Count,
        [.. findings.Classes.Select(count => new ClassJson(count.Label, count.Images, count.PerSplit))],
        findings.Sizes is { } sizes ? new(Numbers(sizes.Smallest), Numbers(sizes.Median), Numbers(sizes.Largest)) : null,
        [.. findings.Problems.Select(ProblemJson.Of)], [.. findings.Dataset.LeftOut.Select(LeftOutJson.Of)],
        Math.Round(findings.Seconds, 2), report);

    private static int[] Numbers(ImageDimensions size) => [size.Width, size.Height];
}

/// <summary>A class.</summary>
internal sealed record ClassJson(string Label, int Images, IReadOnlyDictionary<string, int> Splits);

/// <summary>Sizes, each width and height.</summary>
internal sealed record SizesJson(int[] Smallest, int[] Median, int[] Largest);

/// <summary>A problem.</summary>
internal sealed record ProblemJson(string Kind, string Note, IReadOnlyList<ImageJson> Images)
{
    internal static ProblemJson Of(DatasetProblem problem) =>
        new(CliOption.Word(problem.Kind), problem.Note, [.. problem.Images.Select(ImageJson.Of)]);
}

/// <summary>Files of a kind that are not read.</summary>
internal sealed record LeftOutJson(
    string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Extension, IReadOnlyList<string> Names)
{
    internal static LeftOutJson Of(LeftOutFiles files) => new(CliOption.Word(files.Kind), files.Extension, files.Names);
}

/// <summary>An image.</summary>
internal sealed record ImageJson(
    string File, string Label, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Split)
{
    internal static ImageJson Of(ImageRow row) => new(row.ImagePath, row.Label, row.Split);
}
