using System.Globalization;
using System.Text;

namespace MLTransfer.Benchmarks;

/// <summary>The results of the recipes as a page of Markdown.</summary>
internal static class RecipesPage
{
    private const string NotMeasured = "–";

    // Measured once, with both added to the optimizers and all else as in the default recipe.
    private const string LionAndLamb =
        """
        ## Lion and LAMB

        Neither is among the optimizers: in place of Adam, the default for features, both were measured once as timm has them (Lion: Chen et
        al. 2023, betas 0.9 and 0.99; LAMB: You et al. 2020, gradients clipped to the norm 1), at several rates relative to the default
        one. No rate was better on one data set by more than the deviations of the seeds without being worse on another. Features, resnet18,
        96 × 96, seeds 1 to 3, accuracy in percent:

        | optimizer | rate | mnist-50 | cifar-50 | hymenoptera |
        | --- | ---: | ---: | ---: | ---: |
        | Adam (default) | 1 | 93.8 ± 0.5 | 69.3 ± 0.2 | 86.7 ± 0.4 |
        | Lion | 1/10 | 90.4 ± 0.6 | 69.4 ± 1.0 | 86.9 ± 0.7 |
        | Lion | 1/3 | 92.4 ± 0.7 | 68.0 ± 0.6 | 87.6 ± 0.7 |
        | Lion | 1 | 91.8 ± 1.1 | 66.0 ± 0.3 | 85.4 ± 1.0 |
        | LAMB | 1 | 79.1 ± 0.9 | 59.0 ± 0.4 | 80.2 ± 1.9 |
        | LAMB | 3 | 92.3 ± 0.7 | 69.5 ± 0.5 | 86.7 ± 1.4 |
        | LAMB | 10 | 94.1 ± 0.4 | 67.9 ± 0.6 | 85.4 ± 0.4 |

        Fine-tuning, cifar-50, 64 × 64, where AdamW is the default: in the same runs AdamW had 70.0 and 69.3 from seeds 1 and 2; Lion 68.9
        and 67.0 at 1/10 of the rate, 68.1 and 66.5 at 1/3, 65.8 and 65.2 at the same; LAMB 67.5 and 65.0 at the same, 68.9 and 66.9 at 3
        times, and 70.7 and 68.9 at 10 times the rate.
        """;

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

            Each cell is the accuracy in percent on test images that no training saw: the mean, and the standard deviation over the seeds;
            without a deviation, of one seed. A seed draws all random numbers and, except for hymenoptera, the training images. There are no
            validation images: the model is that of the last epoch.


            """);
        foreach (var recipe in Recipe.All) page.AppendLine($"- **{recipe.Name}**: {recipe.Summary}.");
        page.AppendLine().AppendLine("The data sets:").AppendLine();
        foreach (var set in sets) page.AppendLine($"- **{set.Name}**: {set.Summary}.");
        if (results.All(result => result.Cell.Mode == RecipeRun.Features))
            page.AppendLine().AppendLine("Fine-tuning by these recipes has not been measured yet.");
        foreach (var table in results.GroupBy(result => (result.Cell.Mode, result.Cell.Backbone, result.Cell.ImageSize)))
            AppendTable(page, $"{table.Key.Mode}, {table.Key.Backbone}, {table.Key.ImageSize} × {table.Key.ImageSize}", sets, [.. table]);
        page.AppendLine().AppendLine(LionAndLamb);
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
