using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>'mlt evaluate': how right a saved model is about a labelled folder.</summary>
internal sealed class EvaluateCommand : MltCommand
{
    private readonly Option<string> _model = CliOption.Required("--model", "MODEL.zip", "A model that 'mlt train' saved.");
    private readonly Option<string> _data = CliOption.Required("--data", "DATA", $"The images: {DatasetOptions.Forms}.");
    private readonly Option<string?> _split = CliOption.Text(
        "--split", "NAME", "The split to score, where the data set has some. [default: test, or else val, or else all images]");
    private readonly DatasetOptions _dataset = new();
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    internal EvaluateCommand(CommandContext context)
        : base("evaluate", "Scores labelled images with a saved model and says how right it is.", context,
            "mlt evaluate --model flowers.zip --data flowers/val",
            "mlt evaluate --model digits.zip --data mnist --split test",
            "mlt evaluate --model flowers.zip --data flowers/val --json > report.json") =>
        Accepts([_model, _data, _split, .. _dataset.All, _maximumPixels, _threads]);

    internal override string Remarks =>
        """
        The classes are those of the model: the data may have fewer of them. Images of other classes are counted apart, and images that cannot be
        read are listed with the reason; neither are scored.

        JSON: { images, skipped_images, micro_accuracy, macro_accuracy, log_loss, per_class: [{ label, precision, recall, images }],
                confusion: [[images by actual, then predicted class]], unknown_classes: [{ label, images }], images_per_second }

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", asked.GetRequiredValue(_model));
        var path = Paths.Existing("--data", asked.GetRequiredValue(_data));
        var options = _dataset.Of(asked, path) with { IsTestSet = true };
        var data = Part(ImageDataset.Open(path, options), asked.GetValue(_split));
        var result = EvaluateRun.Run(model, data, PixelLimit.Of(asked.GetValue(_maximumPixels)), asked.GetValue(_threads), cancel);
        foreach (var image in result.Skipped)
            Context.Error.WriteLine($"skipped '{image.Name}': {image.Error}");
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, EvaluateJson.Of(result));
        else
            EvaluateView.Show(result, Context);
        return Task.FromResult(ExitCode.Done);
    }

    private ImageDataset Part(ImageDataset dataset, string? split)
    {
        foreach (var warning in dataset.Warnings)
            Context.Error.WriteLine(warning);
        if (split is not null)
            return Named(dataset, split);
        var usual = dataset.Splits.Count < 2 ? null
            : new[] { SplitNames.Test, SplitNames.Validation }.FirstOrDefault(dataset.Splits.Contains);
        if (usual is null)
            return dataset;
        Context.Error.WriteLine($"scoring the split '{usual}' of '{dataset.Path}'; others with --split: "
            + $"{string.Join(", ", dataset.Splits.Except([usual]))}");
        return dataset.Part(usual);
    }

    private static ImageDataset Named(ImageDataset dataset, string split)
    {
        try
        {
            return dataset.Part(split);
        }
        catch (ArgumentException unknown)
        {
            throw UsageError.For("--split", unknown);
        }
    }
}
