using MLTransfer.Benchmarks;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Tests.Benchmarks;

public class BenchmarkTests
{
    private static readonly PeerComparison[] Comparisons =
    [
        new("features", "mobilenet_v1_b12", 10, 2, new(100, 0.9281, 50), new(12.5, 0.9346, 400), new(2, 0.9346, 2500)),
        new("finetune", "mobilenet_v1_b12", 10, 2, new(200, 0.9412, 12), new(160, 0.9477, 18), null),
    ];

    private static readonly BackboneReport Report = new("1.13.1", "0.14.1", 2, 3,
    [
        new("cifar_resnet20", 269_722, null, null, null, null, null),
        new("resnet18", 11_689_512, 224, 3.14e-7, 0.0000421, 0.0513, 0.0171),
    ]);

    [Theory]
    [InlineData("peer")]
    [InlineData("load")]
    [InlineData("forward")]
    [InlineData("backbones")]
    [InlineData("images")]
    [InlineData("featurizer")]
    [InlineData("recipes")]
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
    public void Two_trainings_are_a_table_with_how_many_times_as_fast_ours_is() =>
        Expected.Is("view-bench-peer.txt", Shown.By(context => Screens.ForResults(context).Write(PeerView.Table(Comparisons))));

    [Fact]
    public void The_json_of_two_trainings_has_the_promised_fields() =>
        Expected.Is("json-bench-peer.txt", Shown.By(context => ReportJson.WriteTo(context.Output, Comparisons)));

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

    [Fact]
    public async Task A_missing_script_is_an_error_that_names_it()
    {
        var outcome = await Mlt.RunAsync(BenchmarkTree.Create, "peer", "--peer-script", "/nowhere/tutorial.py");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith(
            "MLTransfer.Benchmarks peer: --peer-script is '/nowhere/tutorial.py', but there is no such file.", outcome.Error,
            StringComparison.Ordinal);
    }
}
