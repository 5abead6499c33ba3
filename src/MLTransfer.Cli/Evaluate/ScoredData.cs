using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>The options of the commands that score labeled images with a saved model: which model, and which images.</summary>
internal sealed class ScoredData
{
    private readonly Option<string> _model = CliOption.Required("--model", "MODEL.zip", "Model saved by 'mlt train'.");
    private readonly Option<string> _data = CliOption.Required("--data", "DATA", $"The images: {DatasetOptions.Forms}.");
    private readonly Option<string?> _split = CliOption.Text(
        "--split", "NAME", "Split to score. [default: test, else val, else all images]");
    private readonly DatasetOptions _dataset = new();
    private readonly Option<TestTimeAugmentation?> _augmentation = Augmentation.Option();
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    /// <summary>What the help begins with.</summary>
    internal Symbol[] First => [_model, _data, _split, .. _dataset.All, _augmentation];

    /// <summary>What the help ends with.</summary>
    internal Symbol[] Last => [_maximumPixels, _threads];

    /// <exception cref="UsageException">There is no such model or data set, or it has no such split.</exception>
    internal ImageDataset Open(ParseResult parseResult, CommandContext context)
    {
        Paths.ExistingFile("--model", parseResult.GetRequiredValue(_model));
        var path = Paths.Existing("--data", parseResult.GetRequiredValue(_data));
        var dataset = Read(parseResult, path);
        foreach (var warning in dataset.Warnings)
            context.Words.WriteLine(warning);
        if (parseResult.GetValue(_split) is { } split)
            return UsageError.Translate("--split", () => dataset.Part(split));
        var preferred = dataset.Splits.Count < 2 ? null
            : new[] { SplitNames.Test, SplitNames.Validation }.FirstOrDefault(dataset.Splits.Contains);
        if (preferred is null)
            return dataset;
        context.Words.WriteLine($"scoring the split '{preferred}' of '{dataset.Path}'; --split selects another: "
            + $"{string.Join(", ", dataset.Splits.Except([preferred]))}");
        return dataset.Part(preferred);
    }

    /// <summary>The training images of a data set, with the options of --data: all of one without splits.</summary>
    internal ImageDataset Training(ParseResult parseResult, string path)
    {
        var dataset = Read(parseResult, path);
        return dataset.Splits.Contains(SplitNames.Train) ? dataset.Part(SplitNames.Train) : dataset;
    }

    private ImageDataset Read(ParseResult parseResult, string path) =>
        ImageDataset.Open(path, _dataset.Bind(parseResult, path) with { IsTestSet = true });

    /// <summary>Loads the model; the caller disposes it.</summary>
    internal ImageClassificationTransformer Model(ParseResult parseResult)
    {
        Threads.Use(parseResult.GetValue(_threads));
        var classifier = ModelFile.OpenForImages(parseResult.GetRequiredValue(_model));
        classifier.MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels));
        Augmentation.Set(classifier, parseResult.GetValue(_augmentation));
        return classifier;
    }

    /// <exception cref="UsageException">The model knows none of the classes.</exception>
    /// <exception cref="InvalidDataException">No image can be read.</exception>
    internal static ModelEvaluation Evaluate(ImageClassificationTransformer classifier, ImageDataset data, CancellationToken cancel)
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
