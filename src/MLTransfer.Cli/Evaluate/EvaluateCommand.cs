using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>'mlt evaluate': scores labelled images with a saved model.</summary>
internal sealed class EvaluateCommand : MltCommand
{
    private readonly Option<string> _model = CliOption.Required("--model", "MODEL.zip", "Model saved by 'mlt train'.");
    private readonly Option<string> _data = CliOption.Required("--data", "DATA", $"The images: {DatasetOptions.Forms}.");
    private readonly Option<string?> _split = CliOption.Text(
        "--split", "NAME", "Split to score. [default: test, else val, else all images]");
    private readonly DatasetOptions _dataset = new();
    private readonly Option<TestTimeAugmentation?> _augmentation = Augmentation.Option();
    private readonly Option<string?> _predictions = CliOption.Text(
        "--predictions", "FILE", "Write every image of a class that the model knows as CSV: file, label, predicted class, error, and the "
        + "probability of each class.");
    private readonly Option<string?> _errors = CliOption.Text(
        "--errors", "FILE", "Write the paths of the wrong ones, a line each, the surest errors first; 'mlt explain -' reads them.");
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    internal EvaluateCommand(CommandContext context)
        : base("evaluate", "Scores labelled images with a saved model: accuracy, precision and recall by class, confusion matrix.", context,
            "mlt evaluate --model flowers.zip --data flowers/val",
            "mlt evaluate --model digits.zip --data mnist --split test",
            "mlt evaluate --model flowers.zip --data flowers/val --tta ten-crop",
            "mlt evaluate --model flowers.zip --data flowers/val --predictions predictions.csv --errors wrong.txt",
            "mlt evaluate --model flowers.zip --data flowers/val --json > report.json") =>
        Accepts([_model, _data, _split, .. _dataset.All, _augmentation, _predictions, _errors, _maximumPixels, _threads]);

    internal override string Remarks =>
        """
        The classes are those of the model; the data may lack some of them. Images of other classes are counted separately, and images that
        cannot be read are listed with the reason; neither are scored.

        JSON: { images, skipped_images, micro_accuracy, macro_accuracy, log_loss, brier_score, calibration_error,
                per_class: [{ label, precision, recall, images }], confusion: [[images by actual, then predicted class]],
                unknown_classes: [{ label, images }], images_per_second, tta? }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", parseResult.GetRequiredValue(_model));
        var path = Paths.Existing("--data", parseResult.GetRequiredValue(_data));
        var options = _dataset.Bind(parseResult, path) with { IsTestSet = true };
        var data = SelectSplit(ImageDataset.Open(path, options), parseResult.GetValue(_split));
        var predictions = FileAt("--predictions", parseResult.GetValue(_predictions));
        var errors = FileAt("--errors", parseResult.GetValue(_errors));
        Threads.Use(parseResult.GetValue(_threads));
        using var classifier = ModelFile.OpenForImages(model);
        classifier.MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels));
        Augmentation.Set(classifier, parseResult.GetValue(_augmentation));
        var result = Evaluate(classifier, data, cancel);
        foreach (var image in result.Skipped)
            Context.Error.WriteLine($"skipped '{image.Name}': {image.Error}");
        predictions?.Write(stream => EvaluatedImage.WriteTable(stream, classifier.Labels, result.Images));
        errors?.Write(stream => EvaluatedImage.WriteErrors(stream, result.Images));
        Render(parseResult, EvaluateJson.From(result), () => EvaluateView.Show(result, Context));
        return Task.FromResult(ExitCode.Done);
    }

    private static OutputFile? FileAt(string option, string? path) => path is null ? null : OutputFile.Checked(option, path);

    private ImageDataset SelectSplit(ImageDataset dataset, string? split)
    {
        foreach (var warning in dataset.Warnings)
            Context.Words.WriteLine(warning);
        if (split is not null)
            return UsageError.Translate("--split", () => dataset.Part(split));
        var preferred = dataset.Splits.Count < 2 ? null
            : new[] { SplitNames.Test, SplitNames.Validation }.FirstOrDefault(dataset.Splits.Contains);
        if (preferred is null)
            return dataset;
        Context.Words.WriteLine($"scoring the split '{preferred}' of '{dataset.Path}'; --split selects another: "
            + $"{string.Join(", ", dataset.Splits.Except([preferred]))}");
        return dataset.Part(preferred);
    }

    private static ModelEvaluation Evaluate(ImageClassificationTransformer classifier, ImageDataset data, CancellationToken cancel)
    {
        try
        {
            var result = ModelEvaluation.Run(classifier, data, cancel);
            return result.Report.Images > 0 ? result : throw new InvalidDataException(
                $"No image in '{data.Path}' can be read. The first: {result.Skipped[0].Name}: {result.Skipped[0].Error}");
        }
        catch (OptionException refusal)
        {
            throw UsageError.For("--data", refusal);
        }
    }
}
