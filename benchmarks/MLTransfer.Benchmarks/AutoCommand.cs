using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>A search within several times, against both modes with their defaults.</summary>
internal sealed class AutoCommand : MltCommand
{
    private const double Held = 0.2;

    private static readonly string[] DefaultSets = ["hymenoptera", "cifar-50", "fashion-50", "drawings"];
    private static readonly string[] DefaultBudgets = ["1m", "5m", "15m"];

    private readonly Option<string?> _shared = RecipesCommand.SharedFolder();
    private readonly Option<string?> _clipart = CliOption.Text(
        "--clipart", "DIR", $"Drawings, as Debian's package openclipart-png has them. [default: {RecipesCommand.DefaultClipart}]");
    private readonly Option<string[]> _sets = RecipesCommand.Several("--set", "A data set", string.Join(", ", DefaultSets));
    private readonly Option<string[]> _budgets = new("--budget")
    {
        HelpName = "TIME", Description = $"The time of a search; may be repeated. [default: {string.Join(", ", DefaultBudgets)}]",
    };
    private readonly Option<int?> _seed = CliOption.Integer("--seed", "Draws the training images. [default: 1]", 1, int.MaxValue);

    internal AutoCommand(CommandContext context)
        : base(
            "auto", "Measures the search of 'mlt train --mode auto' against features and fine-tuning alone.", context,
            $"{BenchmarkTree.Run} auto", $"{BenchmarkTree.Run} auto --set cifar-50 --budget 90s --json") =>
        Accepts(_shared, _clipart, _sets, _budgets, _seed);

    internal override string Remarks =>
        """
        ResNet-18. Each training holds back the same fifth of the training images to choose by; the test images, which are those of the
        recipes, only measure. The two modes have all their defaults and no limit of time; the seconds of a search have those of scoring
        the test images in them. Nothing is cached from one training to another.

        JSON: [{ set, training, seconds, val_accuracy, test_accuracy, kept, trials }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var shared = Paths.ExistingFolder("--shared", parseResult.GetValue(_shared) ?? RecipesCommand.DefaultShared);
        var all = RecipeSet.All(
            Path.Combine(shared, "data"), RecipesCommand.DefaultFashion,
            parseResult.GetValue(_clipart) ?? RecipesCommand.DefaultClipart);
        var weights = Path.Combine(shared, "weights", "resnet18_trunk_imagenet.pth");
        string[] budgets = parseResult.GetValue(_budgets) is { Length: > 0 } some ? some : DefaultBudgets;
        var table = TextTable.Create("set", "training", "seconds", "validation", "test", "trials", "kept");
        List<Measured> measured = [];
        foreach (var name in RecipesCommand.Chosen(parseResult, _sets, [.. all.Select(set => set.Name)], DefaultSets))
        {
            var images = all.First(set => set.Name == name).Draw(parseResult.GetValue(_seed) ?? 1);
            ImageClassificationOptions[] trainings =
            [
                new FeatureExtractionOptions(), new FineTuningOptions(),
                .. budgets.Select(budget => new AutoOptions { Budget = Typed(budget) }),
            ];
            foreach (var training in trainings)
            {
                measured.Add(Measure(name, images, training with
                {
                    Backbone = "resnet18",
                    Weights = weights,
                    ValidationFraction = Held,
                    Cancellation = cancel,
                }, parseResult.GetValue(_seed) ?? 1));
                table.Row(measured[^1].Cells);
                Context.Words.WriteLine(string.Join(", ", measured[^1].Cells));
            }
        }
        Render(parseResult, measured, () => Screens.ForResults(Context).Write(table));
        return Task.FromResult(ExitCode.Done);
    }

    private static TimeSpan Typed(string budget)
    {
        try
        {
            return Durations.Parse(budget);
        }
        catch (FormatException refusal)
        {
            throw new UsageException($"--budget: {refusal.Message}", refusal);
        }
    }

    private static Measured Measure(string set, RecipeImages images, ImageClassificationOptions options, int seed)
    {
        var ml = new MLContext(seed);
        IDataView training = ml.Data.LoadFromEnumerable(images.Training), test = ml.Data.LoadFromEnumerable(images.Test);
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(training);
        var trainers = ml.MulticlassClassification.Trainers;
        IEstimator<ImageClassificationTransformer> trainer = options switch
        {
            AutoOptions auto => trainers.AutoTraining(auto with { Test = keys.Transform(test) }),
            FineTuningOptions fineTuning => trainers.FineTuning(fineTuning),
            _ => trainers.FeatureExtraction((FeatureExtractionOptions)options),
        };
        var clock = Stopwatch.StartNew();
        using var model = trainer.Fit(keys.Transform(training));
        var seconds = clock.Elapsed.TotalSeconds;
        options.Cancellation.ThrowIfCancellationRequested();
        var summary = model.Training!;
        var accuracy = options is AutoOptions ? summary.TestAccuracy
            : ml.MulticlassClassification.Evaluate(model.Transform(keys.Transform(test))).MicroAccuracy;
        var kept = summary.Trials.FirstOrDefault(trial => trial.IsKept);
        var name = options is AutoOptions { Budget: var time } ? $"auto {time}" : options is FineTuningOptions ? "finetune" : "features";
        return new(
            set, name, seconds, summary.ValidationAccuracy, accuracy, kept?.ToString(),
            [.. summary.Trials.Where(trial => trial.Number > 0).Select(trial =>
                $"{trial}: {Figures.Percent(trial.ValidationAccuracy)}, {Figures.Number(trial.Seconds, "0")} s, expected "
                + Figures.Number(trial.ExpectedSeconds, "0"))]);
    }

    private sealed record Measured(
        string Set, string Training, double Seconds, double ValAccuracy, double TestAccuracy, string? Kept, IReadOnlyList<string> Trials)
    {
        internal IEnumerable<string> Cells =>
        [
            Set, Training, Figures.Number(Seconds, "0"), Figures.Percent(ValAccuracy), Figures.Percent(TestAccuracy),
            Trials.Count == 0 ? "" : Figures.Count(Trials.Count), Kept ?? "",
        ];
    }
}
