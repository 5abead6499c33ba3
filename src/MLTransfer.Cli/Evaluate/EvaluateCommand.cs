using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Evaluate;

/// <summary>'mlt evaluate': scores labeled images with a saved model.</summary>
internal sealed class EvaluateCommand : MltCommand
{
    private readonly ScoredData _images = new();
    private readonly Option<string?> _predictions = CliOption.Text(
        "--predictions", "FILE", "Write every image of a class that the model knows as CSV: file, label, predicted class, error, why "
        + "the model rejects it where it does that, and the probability of each class.");
    private readonly Option<string?> _errors = CliOption.Text(
        "--errors", "FILE", "Write the paths of the wrong ones, a line each, the surest errors first; 'mlt explain -' reads them.");

    internal EvaluateCommand(CommandContext context)
        : base("evaluate", "Scores labeled images with a saved model: accuracy, precision and recall by class, confusion matrix.", context,
            "mlt evaluate --model flowers.zip --data flowers/val",
            "mlt evaluate --model digits.zip --data mnist --split test",
            "mlt evaluate --model flowers.zip --data flowers/val --tta ten-crop",
            "mlt evaluate --model flowers.zip --data flowers/val --predictions predictions.csv --errors wrong.txt",
            "mlt evaluate --model flowers.zip --data flowers/val --json > report.json") =>
        Accepts([.. _images.First, _predictions, _errors, .. _images.Last]);

    internal override string Remarks =>
        """
        The classes are those of the model; the data may lack some of them. Images of other classes are counted separately, and images that
        cannot be read are listed with the reason; neither are scored.

        JSON: { images, skipped_images, micro_accuracy, macro_accuracy, log_loss, brier_score, calibration_error,
                per_class: [{ label, precision, recall, images, f1, average_precision }],
                confusion: [[images by actual, then predicted class]],
                unknown_classes: [{ label, images }], images_per_second, tta?, rejected_images?, accepted_accuracy? }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var data = _images.Open(parseResult, Context);
        var predictions = FileAt("--predictions", parseResult.GetValue(_predictions));
        var errors = FileAt("--errors", parseResult.GetValue(_errors));
        using var classifier = _images.Model(parseResult);
        var result = ScoredData.Evaluate(classifier, data, cancel);
        foreach (var image in result.Skipped)
            Context.Error.WriteLine($"skipped '{image.Name}': {image.Error}");
        predictions?.Write(stream => EvaluatedImage.WriteTable(
            stream, classifier.Labels, result.Images, withRejections: classifier.Rejection is not null));
        errors?.Write(stream => EvaluatedImage.WriteErrors(stream, result.Errors));
        Render(parseResult, EvaluationJson.From(result), () => EvaluateView.Show(result, Context));
        return Task.FromResult(ExitCode.Done);
    }

    private static OutputFile? FileAt(string option, string? path) => path is null ? null : OutputFile.Checked(option, path);
}
