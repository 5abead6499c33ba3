using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;

namespace MLTransfer.Benchmarks;

/// <summary>One training to measure.</summary>
internal sealed record RecipeCell(string Set, string Mode, string Backbone, string Recipe, int ImageSize, int Seed);

/// <summary>How well the model of a training does on the test images.</summary>
/// <param name="Cell">The training.</param>
/// <param name="Accuracy">The fraction of the test images that it classifies correctly.</param>
/// <param name="Seconds">Seconds of the training, with those of computing the features that are not in the cache.</param>
internal sealed record RecipeResult(RecipeCell Cell, double Accuracy, double Seconds);

/// <summary>The results so far: a file of JSON lines, so that a measurement of many hours goes on where it was stopped.</summary>
internal sealed class RecipeResults(string path)
{
    private readonly List<RecipeResult> _results = File.Exists(path)
        ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<RecipeResult>(line)!)] : [];

    internal IReadOnlyList<RecipeResult> All => _results;

    internal bool Has(RecipeCell cell) => _results.Any(result => result.Cell == cell);

    internal void Add(RecipeResult result)
    {
        _results.Add(result);
        File.AppendAllText(path, JsonSerializer.Serialize(result) + "\n");
    }
}

/// <summary>Trains by a recipe, and tests the model.</summary>
internal static class RecipeRun
{
    internal const string Features = "features", FineTuning = "finetune";

    // Fine-tuning would decode the large drawings in every epoch.
    private const long ImageMemory = 4L << 30;

    private static readonly string Cache = Path.Combine(Path.GetTempPath(), "mltransfer-recipes");

    /// <param name="cell">What to train.</param>
    /// <param name="set">Its data set.</param>
    /// <param name="weights">The weights of its backbone.</param>
    /// <param name="cancel">Ends the training.</param>
    internal static RecipeResult Measure(RecipeCell cell, RecipeSet set, string weights, CancellationToken cancel)
    {
        var images = set.Draw(cell.Seed);
        var ml = new MLContext(cell.Seed);
        IDataView training = ml.Data.LoadFromEnumerable(images.Training), test = ml.Data.LoadFromEnumerable(images.Test);
        var recipe = Recipe.Find(cell.Recipe);
        var clock = Stopwatch.StartNew();
        if (cell.Mode == Features)
        {
            // The test images as validation images: their features stay in the cache for the other recipes. The result is that of the last
            // epoch, so that nothing is chosen by them.
            using var model = Fit(ml.MulticlassClassification.Trainers.FeatureExtraction(recipe.Apply(new FeatureExtractionOptions
            {
                Backbone = cell.Backbone, Weights = weights, ImageSize = cell.ImageSize, CacheFolder = Cache, Validation = test,
                Cancellation = cancel,
            })));
            var seconds = clock.Elapsed.TotalSeconds;
            cancel.ThrowIfCancellationRequested();
            return new(cell, model.Training!.Epochs[^1].ValidationAccuracy, seconds);
        }
        else
        {
            using var model = Fit(ml.MulticlassClassification.Trainers.FineTuning(recipe.Apply(new FineTuningOptions
            {
                Backbone = cell.Backbone, Weights = weights, ImageSize = cell.ImageSize, ImageMemory = ImageMemory, Cancellation = cancel,
            })));
            var seconds = clock.Elapsed.TotalSeconds;
            cancel.ThrowIfCancellationRequested();
            return new(cell, ml.MulticlassClassification.Evaluate(model.Transform(Keys(test))).MicroAccuracy, seconds);
        }

        ImageClassificationTransformer Fit(IEstimator<ImageClassificationTransformer> trainer) => trainer.Fit(Keys(training));

        IDataView Keys(IDataView rows) => ml.Transforms.Conversion.MapValueToKey("Label").Fit(training).Transform(rows);
    }
}
