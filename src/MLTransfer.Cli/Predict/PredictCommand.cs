using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Predict;

/// <summary>'mlt predict': what images show, by a saved model.</summary>
internal sealed class PredictCommand : MltCommand
{
    private const int DefaultTop = 1;

    private readonly Option<string> _model = CliOption.Required("--model", "MODEL.zip", "A model that 'mlt train' saved.");
    private readonly Option<int?> _top = CliOption.Integer(
        "--top", $"How many classes to name for each image. [default: {DefaultTop}]", 1, int.MaxValue);
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    private readonly Argument<string[]> _images = new("FILE|DIR|-")
    {
        Description = "Images, folders of images (with what is below them), files of many images (.zip, .tar, IDX, CIFAR; one in it is "
            + "written FILE!/NAME), or - for one path per line on standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    internal PredictCommand(CommandContext context)
        : base("predict", "Says what images show, with the probability of each class.", context,
            "mlt predict --model flowers.zip rose.jpg",
            "mlt predict --model flowers.zip --top 3 --json holiday/",
            "mlt predict --model digits.zip t10k-images-idx3-ubyte.gz!/0 t10k-images-idx3-ubyte.gz!/1",
            "find . -name '*.jpg' | mlt predict --model flowers.zip -") =>
        Accepts(_images, _model, _top, _maximumPixels, _threads);

    internal override string Remarks =>
        """
        An image that cannot be read gets an error in its place. The exit code is 0 when at least one image was scored, and all that was named
        is there. A file whose name begins with '-' comes after --, or is written ./-NAME.

        JSON: [{ file, label, probability, top: [{ label, probability }], error? }]

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", asked.GetRequiredValue(_model));
        var images = ImageList.Of(asked.GetRequiredValue(_images), Context.Input, Context.Error);
        Threads.Use(asked.GetValue(_threads));
        foreach (var complaint in images.ParseErrors)
            Context.Error.WriteLine($"mlt predict: {complaint}");
        using var classifier = ModelFile.Open(model);
        classifier.MaximumPixels = PixelLimit.Of(asked.GetValue(_maximumPixels));
        var predictions = classifier.Predict(images.Images, cancel).ToArray();
        var top = asked.GetValue(_top) ?? DefaultTop;
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, predictions.Select(prediction => PredictionJson.Of(prediction, top)));
        else
            Screens.ForResults(Context).Write(PredictView.Table(predictions, top));
        var isDone = images.ParseErrors.Count == 0 && predictions.Any(prediction => prediction.Error is null);
        return Task.FromResult(isDone ? ExitCode.Done : ExitCode.Failed);
    }
}
