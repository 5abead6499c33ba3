using MLTransfer.Benchmarks;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Tests.Benchmarks;

public class BenchmarkTests
{
    private static readonly BackboneReport Report = new("1.13.1", "0.14.1", 2, 3,
    [
        new("cifar_resnet20", 269_722, null, null, null, null, null),
        new("resnet18", 11_689_512, 224, 3.14e-7, 0.0000421, 0.0513, 0.0171),
    ]);

    [Theory]
    [InlineData("compare")]
    [InlineData("backbones")]
    [InlineData("endure")]
    [InlineData("scale")]
    [InlineData("recipes")]
    [InlineData("cached-views")]
    [InlineData("auto")]
    [InlineData("reject")]
    [InlineData("mislabels")]
    [InlineData("copies")]
    public async Task Every_comparison_shows_its_help_with_an_example_and_its_json(string name)
    {
        var outcome = await Mlt.RunAsync(BenchmarkTree.Create, name, "--help");
        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains($"  {BenchmarkTree.Run} {name}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("JSON: ", outcome.Output, StringComparison.Ordinal);
        Expected.Is($"help-benchmarks-{name}.txt", outcome.Output);
    }

    [Fact]
    public void Backbones_are_a_page_of_differences_and_times() => Expected.Is("bench-backbones.md", BackbonesPage.Of(Report));

    [Fact]
    public void Recipes_are_a_page_of_means_and_deviations_over_the_seeds()
    {
        RecipeSet[] sets = [new("ants", "ants and bees", _ => new([], [])), new("digits", "digits, 50 a class", _ => new([], []))];
        RecipeResult[] results =
        [
            Result("ants", "default", 1, 0.5), Result("ants", "default", 2, 0.7), Result("ants", "default", 3, 0.6),
            Result("digits", "default", 1, 0.9), Result("ants", "fast", 1, 0.25),
        ];
        Expected.Is("bench-recipes.md", RecipesPage.Of(sets, results));

        static RecipeResult Result(string set, string recipe, int seed, double accuracy) =>
            new(new(set, RecipeRun.Features, "resnet18", recipe, 96, seed), accuracy, 10 * seed);
    }

    [Fact]
    public void The_json_of_backbones_has_the_promised_fields() =>
        Expected.Is("json-bench-backbones.txt", Shown.By(context => ReportJson.WriteTo(context.Output, Report)));
}
