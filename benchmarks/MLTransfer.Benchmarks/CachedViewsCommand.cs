using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>What it costs and saves to show frozen layers a few views of each image, against a new view in every epoch.</summary>
internal sealed class CachedViewsCommand : MltCommand
{
    private const int DefaultSeeds = 3, ImageSize = 96;
    private const string Fresh = "0", From = "layer4";
    private static readonly string[] Views = ["1", "2", "4", Fresh];

    private readonly Option<string?> _shared = RecipesCommand.SharedFolder();
    private readonly Option<string?> _fashion = RecipesCommand.FashionFolder();
    private readonly Option<string[]> _sets = RecipesCommand.Several("--set", "A data set", "four small ones");
    private readonly Option<string[]> _views = RecipesCommand.Several("--views", "A number of views: 1, 2, 4, or 0, new ones", "all");
    private readonly Option<int?> _seeds = CliOption.Integer("--seeds", $"Trainings of each kind. [default: {DefaultSeeds}]", 1, 100);

    internal CachedViewsCommand(CommandContext context)
        : base(
            "cached-views", "Measures fine-tuning whose frozen layers see few views of each image.", context,
            $"{BenchmarkTree.Run} cached-views", $"{BenchmarkTree.Run} cached-views --set hymenoptera --views 4 --views 0 --seeds 1") =>
        Accepts(_shared, _fashion, _sets, _views, _seeds);

    internal override string Remarks =>
        $$"""
        ResNet-18 is trained from {{From}} on, at {{ImageSize}} pixels, by the defaults of all options. accuracy is that on test images
        that no training saw, after the last epoch; seconds are those of the training steps, first epochs and later ones together.

        JSON: [{ set, views, seed, accuracy, seconds }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var shared = Paths.ExistingFolder("--shared", parseResult.GetValue(_shared) ?? RecipesCommand.DefaultShared);
        var known = RecipeSet.All(
                Path.Combine(shared, "data"), parseResult.GetValue(_fashion) ?? RecipesCommand.DefaultFashion,
                RecipesCommand.DefaultClipart)
            .Where(set => set.Name is "hymenoptera" or "mnist-50" or "cifar-50" or "fashion-50").ToDictionary(set => set.Name);
        var sets = RecipesCommand.Chosen(parseResult, _sets, [.. known.Keys]);
        var views = RecipesCommand.Chosen(parseResult, _views, Views);
        var weights = Path.Combine(shared, "weights", "resnet18_trunk_imagenet.pth");
        var seeds = parseResult.GetValue(_seeds) ?? DefaultSeeds;
        List<CachedViews> all = [];
        foreach (var (seed, set, count) in
            from seed in Enumerable.Range(1, seeds) from set in sets from count in views select (seed, set, count))
        {
            all.Add(Measure(known[set], int.Parse(count, CultureInfo.InvariantCulture), seed, weights, cancel));
            Context.Words.WriteLine($"{all.Count} of {seeds * sets.Length * views.Length}: {set}, {count} views, seed {seed}: "
                + $"{Figures.Percent(all[^1].Accuracy)}, {Figures.Seconds(all[^1].Seconds)}");
        }
        Render(parseResult, all, () => Screens.ForResults(Context).Write(Table(all, sets, views)));
        return Task.FromResult(ExitCode.Done);
    }

    private static Table Table(List<CachedViews> all, string[] sets, string[] views)
    {
        var table = TextTable.Create(["views", .. sets, "seconds"]);
        foreach (var count in views)
        {
            CachedViews[] row = [.. all.Where(each => each.Views.ToString(CultureInfo.InvariantCulture) == count)];
            table.Row(
            [
                count == Fresh ? "new in every epoch" : count,
                .. sets.Select(set => RecipesPage.Text([.. row.Where(each => each.Set == set).Select(each => each.Accuracy)])),
                Figures.Seconds(row.Average(each => each.Seconds)),
            ]);
        }
        return table;
    }

    private static CachedViews Measure(RecipeSet set, int views, int seed, string weights, CancellationToken cancel)
    {
        var images = set.Draw(seed);
        var ml = new MLContext(seed);
        IDataView training = ml.Data.LoadFromEnumerable(images.Training), test = ml.Data.LoadFromEnumerable(images.Test);
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(training);
        using var model = ml.MulticlassClassification.Trainers.FineTuning(new FineTuningOptions
        {
            Backbone = "resnet18", Weights = weights, ImageSize = ImageSize, Train = Layers.From(From), CachedViews = views,
            Cancellation = cancel,
        }).Fit(keys.Transform(training));
        cancel.ThrowIfCancellationRequested();
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(keys.Transform(test)));
        return new(set.Name, views, seed, metrics.MicroAccuracy, model.Training!.TrainingSeconds);
    }
}

/// <summary>One training.</summary>
internal sealed record CachedViews(string Set, int Views, int Seed, double Accuracy, double Seconds);
