using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>Shows the findings of 'mlt datasets check' on a terminal.</summary>
internal static class CheckView
{
    private const int MostOfAKind = 10;
    private const int MostImages = 4;
    private const int MostClasses = 50;

    internal static void Show(DatasetFindings findings, string? report, CommandContext context)
    {
        var (dataset, output) = (findings.Dataset, context.Output);
        output.WriteLine($"{dataset.Path} ({dataset.Format}): {Figures.Counted(dataset.Rows.Count, "image", "images")}, "
            + $"{Figures.Counted(dataset.Classes.Count, "class", "classes")}");
        Screens.ForResults(context).Write(Classes(findings));
        if (findings.Sizes is { } sizes)
            output.WriteLine($"sizes: smallest {Format(sizes.Smallest)}, median {Format(sizes.Median)}, largest {Format(sizes.Largest)}");
        foreach (var warning in dataset.Warnings)
            output.WriteLine(warning);
        foreach (var kind in findings.Problems.GroupBy(problem => problem.Kind))
            Show(kind.Key, [.. kind], dataset, output);
        output.WriteLine(findings.Problems.Count == 0
            ? $"No problems found (took {Figures.Seconds(findings.Seconds)})."
            : $"{Figures.Counted(findings.Problems.Count, "problem", "problems")} found (took {Figures.Seconds(findings.Seconds)}).");
        if (report is not null)
            output.WriteLine($"Report: {report}");
    }

    private static Table Classes(DatasetFindings findings)
    {
        var table = TextTable.Create(["class", "images", .. findings.Dataset.Splits]);
        foreach (var count in findings.Classes.Take(MostClasses))
            table.Row([count.Label, Figures.Count(count.Images),
                .. findings.Dataset.Splits.Select(split => Figures.Count(count.PerSplit[split]))]);
        if (findings.Classes.Count > MostClasses)
            table.Row($"… and {findings.Classes.Count - MostClasses} more");
        return table;
    }

    private static void Show(ProblemKind kind, DatasetProblem[] problems, ImageDataset dataset, TextWriter output)
    {
        output.WriteLine($"{CliOption.NameOf(kind).Replace('-', ' ')}: {Figures.Count(problems.Length)}");
        foreach (var problem in problems.Take(MostOfAKind))
            output.WriteLine($"  {Images(problem, dataset)}{problem.Note}");
        if (problems.Length > MostOfAKind)
            output.WriteLine($"  … and {Figures.Count(problems.Length - MostOfAKind)} more");
    }

    private static string Images(DatasetProblem problem, ImageDataset dataset)
    {
        if (problem.Images.Count == 0)
            return "";
        var more = problem.Images.Count > MostImages ? $" and {problem.Images.Count - MostImages} more" : "";
        return string.Join(", ", problem.Images.Take(MostImages).Select(row => Shortened(row.ImagePath, dataset.Path))) + $"{more}: ";
    }

    internal static string Shortened(string path, string folder) =>
        Directory.Exists(folder) && ManifestPaths.IsBelow(folder, path) ? Path.GetRelativePath(folder, path) : path;

    private static string Format(ImageDimensions size) => $"{size.Width} x {size.Height}";
}

/// <summary>The JSON of 'mlt datasets check'.</summary>
internal sealed record CheckJson(
    string Path, string Format, int Images, IReadOnlyList<ClassJson> Classes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SizesJson? Sizes,
    IReadOnlyList<ProblemJson> Problems, IReadOnlyList<LeftOutJson> LeftOut, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Report)
{
    internal static CheckJson From(DatasetFindings findings, string? report) => new(
        findings.Dataset.Path, findings.Dataset.Format, findings.Dataset.Rows.Count,
        [.. findings.Classes.Select(count => new ClassJson(count.Label, count.Images, count.PerSplit))],
        findings.Sizes is { } sizes ? new(Numbers(sizes.Smallest), Numbers(sizes.Median), Numbers(sizes.Largest)) : null,
        [.. findings.Problems.Select(ProblemJson.From)], [.. findings.Dataset.LeftOut.Select(LeftOutJson.From)],
        Math.Round(findings.Seconds, 2), report);

    private static int[] Numbers(ImageDimensions size) => [size.Width, size.Height];
}

/// <summary>A class and its images.</summary>
internal sealed record ClassJson(string Label, int Images, IReadOnlyDictionary<string, int> Splits);

/// <summary>Image sizes, each width and height in pixels.</summary>
internal sealed record SizesJson(int[] Smallest, int[] Median, int[] Largest);

/// <summary>A problem and its images.</summary>
internal sealed record ProblemJson(string Kind, string Note, IReadOnlyList<ImageJson> Images)
{
    internal static ProblemJson From(DatasetProblem problem) =>
        new(CliOption.NameOf(problem.Kind), problem.Note, [.. problem.Images.Select(ImageJson.From)]);
}

/// <summary>Files of one kind that are not read.</summary>
internal sealed record LeftOutJson(
    string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Extension, IReadOnlyList<string> Names)
{
    internal static LeftOutJson From(LeftOutFiles files) => new(CliOption.NameOf(files.Kind), files.Extension, files.Names);
}

/// <summary>An image of a problem.</summary>
internal sealed record ImageJson(
    string File, string Label, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Split)
{
    internal static ImageJson From(ImageRow row) => new(row.ImagePath, row.Label, row.Split);
}
