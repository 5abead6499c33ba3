using System.Globalization;
using System.Text;

namespace MLTransfer.Benchmarks;

/// <summary>The results of the recipes as a page of Markdown.</summary>
internal static class RecipesPage
{
    private const string NotMeasured = "–";

    internal static string Of(IReadOnlyList<RecipeSet> sets, IReadOnlyList<RecipeResult> results)
    {
        var page = new StringBuilder();
        page.Append(
            $"""
            # Recipes

            A recipe is a named set of training options: `mlt train --recipe NAME`, or `Recipe.Find(name).Apply(options)`. Made by

            ```
            dotnet run -c Release --project benchmarks/MLTransfer.Benchmarks -- recipes --page docs/recipes.md
            ```

            and, for other sizes than 96 pixels, by the same with `--recipe`, `--set`, `--mode` and `--image-size`. Fine-tuning on small
            images was measured at 64 pixels, to save time.

            Each cell is the accuracy in percent on test images that no training saw: the mean, and the standard deviation over the seeds,
            which draw the training images as well as all random numbers; without a deviation, of one seed. There are no validation images:
            the model is that of the last epoch.


            """);
        foreach (var recipe in Recipe.All) page.AppendLine($"- **{recipe.Name}**: {recipe.Summary}.");
        page.AppendLine().AppendLine("The data sets:").AppendLine();
        foreach (var set in sets) page.AppendLine($"- **{set.Name}**: {set.Summary}.");
        if (results.All(result => result.Cell.Mode == RecipeRun.Features))
            page.AppendLine().AppendLine("Fine-tuning by these recipes has not been measured yet.");
        foreach (var table in results.GroupBy(result => (result.Cell.Mode, result.Cell.Backbone, result.Cell.ImageSize)))
            AppendTable(page, $"{table.Key.Mode}, {table.Key.Backbone}, {table.Key.ImageSize} × {table.Key.ImageSize}", sets, [.. table]);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void AppendTable(StringBuilder page, string title, IReadOnlyList<RecipeSet> sets, RecipeResult[] results)
    {
        RecipeSet[] columns = [.. sets.Where(set => results.Any(result => result.Cell.Set == set.Name))];
        page.AppendLine().AppendLine($"## {title}").AppendLine();
        page.AppendLine($"| recipe | {string.Join(" | ", columns.Select(set => set.Name))} | mean |");
        page.AppendLine($"| --- |{string.Concat(columns.Select(_ => " ---: |"))} ---: |");
        foreach (var recipe in Recipe.All)
        {
            RecipeResult[] row = [.. results.Where(result => result.Cell.Recipe == recipe.Name)];
            if (row.Length == 0) continue;
            var accuracies = row.ToLookup(result => result.Cell.Set, result => result.Accuracy);
            double[][] cells = [.. columns.Select(set => accuracies[set.Name].ToArray())];
            var mean = cells.All(cell => cell.Length > 0) ? Percent(cells.Average(cell => cell.Average())) : NotMeasured;
            page.AppendLine($"| {recipe.Name} | {string.Join(" | ", cells.Select(Text))} | {mean} |");
        }
    }

    internal static string Text(double[] accuracies) => accuracies.Length switch
    {
        0 => NotMeasured,
        1 => Percent(accuracies[0]),
        _ => $"{Percent(accuracies.Average())} ± {Percent(Deviation(accuracies))}",
    };

    // Of a sample: divided by one less than their number.
    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static string Percent(double fraction) => (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture);
}
