using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Predict;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;
using Spectre.Console;

namespace MLTransfer.Cli.Explain;

/// <summary>'mlt explain': shows where in images a saved model finds a class.</summary>
internal sealed class ExplainCommand : MltCommand
{
    private const string DefaultOut = "explanation.html", Png = ".png", Html = ".html";

    private readonly Option<string> _model = CliOption.Required("--model", "MODEL.zip", "Model saved by 'mlt train'.");
    private readonly Option<string> _method = CliOption.Choice(
        "--method", "grad-cam: the network's last maps, weighted by their gradients; occlusion: what the probability loses where a patch "
        + "of the image is covered, about 200 predictions an image; attention-rollout: what a vision transformer (ViT) looked at, for "
        + "whatever class.", ["grad-cam", "occlusion", "attention-rollout"]);
    private readonly Option<string?> _label = CliOption.Text("--label", "CLASS", "The class to explain. [default: the predicted one]");
    private readonly Option<string?> _out = CliOption.Text(
        "--out", "FILE", $"Page to write ({Html}), or the image with the heat over it ({Png}), of one image only. [default: {DefaultOut}]");
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    private readonly Argument<string[]> _images = new("FILE|DIR|-")
    {
        Description = "Images, folders of images (searched recursively), files that hold many images, or - to read paths from standard "
            + "input, as for 'mlt predict'.",
        Arity = ArgumentArity.OneOrMore,
    };

    internal ExplainCommand(CommandContext context)
        : base("explain", "Shows where in an image a model finds a class.", context,
            "mlt explain --model flowers.zip rose.jpg",
            "mlt explain --model flowers.zip rose.jpg --out rose-heat.png",
            "mlt explain --model flowers.zip --method occlusion --label tulip holiday/ --out holiday.html") =>
        Accepts(_images, _model, _method, _label, _out, _maximumPixels, _threads);

    internal override string Remarks =>
        """
        The image is shown as the network sees it, resized and cropped. The exit code is 0 if at least one image was explained and
        everything named exists.

        JSON: { out, images: [{ file, predicted, label, probability, width, height, peak: { x, y }, error? }] }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("--model", parseResult.GetRequiredValue(_model));
        var images = ImageList.Collect(parseResult.GetRequiredValue(_images), Context.Input, Context.Words);
        var output = OutputOf(parseResult.GetValue(_out) ?? DefaultOut, images.Images.Count);
        Threads.Use(parseResult.GetValue(_threads));
        foreach (var problem in images.Problems)
            Context.Error.WriteLine($"mlt explain: {problem}");
        using var classifier = ModelFile.OpenForImages(model);
        classifier.MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels));
        var method = parseResult.GetRequiredValue(_method) switch
        {
            "occlusion" => ExplanationMethod.Occlusion,
            "attention-rollout" => ExplanationMethod.AttentionRollout,
            _ => ExplanationMethod.GradCam,
        };
        var label = parseResult.GetValue(_label);
        var explained = images.Images.Select(image => Explain(classifier, image, method, label, cancel)).ToArray();
        Explanation[] found = [.. explained.Select(each => each.Explanation).OfType<Explanation>()];
        if (found.Length > 0)
            output.Write(stream => stream.Write(ContentOf(output.Path, found)));
        Render(
            parseResult, new ExplainJson(output.Path, [.. explained.Select(each => each.ToJson())]),
            () =>
            {
                Screens.ForResults(Context).Write(TableOf(explained));
                if (found.Length > 0)
                    Context.Output.WriteLine($"{Figures.Counted(found.Length, "image", "images")} in '{output.Path}'.");
            });
        return Task.FromResult(images.Problems.Count == 0 && found.Length > 0 ? ExitCode.Done : ExitCode.Failed);
    }

    private static OutputFile OutputOf(string path, int images)
    {
        var isPng = path.EndsWith(Png, StringComparison.OrdinalIgnoreCase);
        if (!isPng && !path.EndsWith(Html, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--out is '{path}'; it must end in {Html} or {Png}.");
        if (isPng && images > 1)
            throw new UsageException($"--out is '{path}', one image, and there are {images} to explain; name a page, {Html}.");
        return OutputFile.Checked("--out", path);
    }

    private static byte[] ContentOf(string path, Explanation[] found) => path.EndsWith(Png, StringComparison.OrdinalIgnoreCase)
        ? found.Single().ToPng() : Encoding.UTF8.GetBytes(ExplanationPage.Of(found).Source);

    private static ExplainedImage Explain(
        ImageClassificationTransformer model, string image, ExplanationMethod method, string? label, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            var explanation = UsageError.Translate("--label", () => model.Explain(ImageSource.FromPath(image), method, label, cancel));
            return new(image, explanation, null);
        }
        catch (ImageException unreadable)
        {
            return new(image, null, unreadable.Reason);
        }
        catch (NotSupportedException refusal)
        {
            throw new UsageException(
                method == ExplanationMethod.AttentionRollout
                    ? $"--method: {model.Backbone} has no attention of all patches to all, as ViT has; use grad-cam or occlusion."
                    : $"--method: {model.Backbone} has no maps for grad-cam; use occlusion.", refusal);
        }
    }

    private static Table TableOf(IEnumerable<ExplainedImage> explained)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("class", "probability", "image");
        foreach (var (image, explanation, error) in explained)
        {
            if (explanation is null)
                table.Row("–", "–", $"{image}: {error}");
            else
                table.Row(explanation.Label, Figures.Percent(explanation.Probability), image);
        }
        return table;
    }
}

/// <summary>An image and its explanation, or why there is none.</summary>
internal sealed record ExplainedImage(string Image, Explanation? Explanation, string? Error)
{
    internal ExplainedJson ToJson()
    {
        if (Explanation is not { } explanation)
            return new(Image, null, null, null, null, null, null, Error);
        var peak = explanation.Heat.Index().MaxBy(pixel => pixel.Item).Index;
        return new(
            Image, explanation.Prediction.Label, explanation.Label, explanation.Probability, explanation.Width, explanation.Height,
            new(peak % explanation.Width, peak / explanation.Width), null);
    }
}

/// <summary>The JSON of 'mlt explain'.</summary>
internal sealed record ExplainJson(string Out, IReadOnlyList<ExplainedJson> Images);

/// <summary>An image in the JSON of 'mlt explain'.</summary>
internal sealed record ExplainedJson(
    string File, string? Predicted, string? Label, float? Probability, int? Width, int? Height, PixelJson? Peak,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

/// <summary>The place of a pixel, from the upper left corner.</summary>
internal sealed record PixelJson(int X, int Y);
