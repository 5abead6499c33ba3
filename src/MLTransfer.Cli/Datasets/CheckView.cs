using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets check' for people.</summary>
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
            output.WriteLine($"sizes: {Words(sizes.Smallest)} the smallest, {Words(sizes.Median)} in the middle, {Words(sizes.Largest)} "
                + $"the largest");
        foreach (var warning in dataset.Warnings)
            output.WriteLine(warning);
        foreach (var kind in findings.Problems.GroupBy(problem => problem.Kind))
            Show(kind.Key, [.. kind], dataset, output);
        output.WriteLine(findings.Problems.Count == 0
            ? $"No problems found in {Figures.Seconds(findings.Seconds)}."
            : $"{Figures.Counted(findings.Problems.Count, "problem", "problems")} found in {Figures.Seconds(findings.Seconds)}.");
        if (report is not null)
            output.WriteLine($"{report} shows its images.");
    }

    private static Table Classes(DatasetFindings findings)
    {
        var table = TextTable.Of(["class", "images", .. findings.Dataset.Splits]);
        foreach (var count in findings.Classes.Take(MostClasses))
            table.Row([count.Label, Figures.Count(count.Images),
                .. findings.Dataset.Splits.Select(split => Figures.Count(count.PerSplit[split]))]);
        if (findings.Classes.Count > MostClasses)
            table.Row($"… and {findings.Classes.Count - MostClasses} more");
        return table;
    }

    private static void Show(ProblemKind kind, DatasetProblem[] problems, ImageDataset dataset, TextWriter output)
    {
        output.WriteLine($"{CliOption.Word(kind).Replace('-', ' ')}: {Figures.Count(problems.Length)}");
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

    private static string Shortened(string path, string folder) =>
        Directory.Exists(folder) && Path.GetRelativePath(folder, path) is var relative
            && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;

    private static string Words(ImageDimensions size) => $"{size.Width} x {size.Height}";
}
