using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Native;

namespace MLTransfer.Cli.Predict;

/// <summary>'mlt predict': classifies images with a saved model.</summary>
internal sealed class PredictCommand : MltCommand
{
    private const int DefaultTop = 1;

    private readonly Option<string> _model = CliOption.Required(
        "--model", "MODEL.zip|GRAPH.pb",
        "Model saved by 'mlt train', or a graph: a frozen TensorFlow graph (.pb) or an ONNX model (.onnx).");
    private readonly GraphOptions _graph = new();
    private readonly Option<int?> _top = CliOption.Integer(
        "--top", $"Number of classes to show for each image, the most probable first. [default: {DefaultTop}]", 1, int.MaxValue);
    private readonly Option<TestTimeAugmentation?> _augmentation = Augmentation.Option();
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    private readonly Argument<string[]> _images = new("FILE|DIR|-")
    {
        Description = "Images, folders of images (searched recursively), files that hold many images (.zip, .tar, IDX, CIFAR; FILE!/NAME "
            + "names one of them), or - to read paths from standard input, one per line.",
        Arity = ArgumentArity.OneOrMore,
    };

    internal PredictCommand(CommandContext context)
        : base("predict", "Classifies images and shows the probability of each class.", context,
            "mlt predict --model flowers.zip rose.jpg",
            "mlt predict --model flowers.zip --top 3 --json holiday/",
            "mlt predict --model flowers.zip --tta flip rose.jpg",
            "mlt predict --model digits.zip t10k-images-idx3-ubyte.gz!/0 t10k-images-idx3-ubyte.gz!/1",
            "mlt predict --model inception.pb --labels labels.txt rose.jpg",
            "find . -name '*.jpg' | mlt predict --model flowers.zip -") =>
        Accepts([_images, _model, _top, _augmentation, _maximumPixels, _threads, .. _graph.All]);

    internal override string Remarks =>
        """
        An image that cannot be read gets an error in place of a class. The exit code is 0 if at least one image was scored and everything
        named exists. Put a file whose name starts with '-' after --, or write ./-NAME.

        JSON: [{ file, label, probability, top: [{ label, probability }], error?, rejected? }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", parseResult.GetRequiredValue(_model));
        TorchLibrary.Prepare();
        var images = ImageList.Collect(parseResult.GetRequiredValue(_images), Context.Input, Context.Words);
        foreach (var problem in images.Problems)
            Context.Error.WriteLine($"mlt predict: {problem}");
        using var classifier = _graph.Open(model, parseResult);
        Threads.Use(parseResult.GetValue(_threads));
        Augmentation.Set(classifier, parseResult.GetValue(_augmentation));
        classifier.MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels));
        if (images.Images.Count <= FrozenModel.FewImages) classifier.ExpectFewImages();
        var predictions = classifier.Predict(images.Images, cancel).ToArray();
        var top = parseResult.GetValue(_top) ?? DefaultTop;
        Render(
            parseResult, predictions.Select(prediction => PredictionJson.From(prediction, top)),
            () => Screens.ForResults(Context).Write(PredictView.Table(predictions, top)));
        var isDone = images.Problems.Count == 0 && predictions.Any(prediction => prediction.Error is null);
        return Task.FromResult(isDone ? ExitCode.Done : ExitCode.Failed);
    }
}
