using System.Globalization;
using System.Text;
using MLTransfer.Data;
using MLTransfer.Files;

namespace MLTransfer.Evaluation;

/// <summary>An image, its class and its prediction.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Prediction">What the model says, or why it could not be read.</param>
internal sealed record EvaluatedImage(string Label, ImagePrediction Prediction)
{
    /// <summary>Whether the image could be read and was classified wrongly.</summary>
    public bool IsWrong =>
        Prediction.Error is null && Spelling.ToComposed(Prediction.Label!) != Spelling.ToComposed(Label);

    /// <summary>
    /// A table as CSV by RFC 4180: file, class, predicted class, error, where there are rejections also why it is rejected, and a column of
    /// probabilities for each class.
    /// </summary>
    public static void WriteTable(
        Stream stream, IReadOnlyList<string> labels, IReadOnlyList<EvaluatedImage> images, bool withRejections)
    {
        using StreamWriter writer = Writer(stream);
        string[] columns =
            ["file", "label", "predicted", "error", .. Rejection("rejected"), .. labels.Select(label => $"probability of {label}")];
        writer.WriteLine(ManifestWriter.Line(columns));
        foreach ((string label, ImagePrediction prediction) in images)
        {
            IEnumerable<string> probabilities = prediction.Error is null
                ? prediction.Probabilities.Select(probability => probability.ToString("R", CultureInfo.InvariantCulture))
                : labels.Select(_ => "");
            writer.WriteLine(ManifestWriter.Line(
                [UnixNames.ToDisplay(prediction.Name), label, prediction.Label ?? "", prediction.Error ?? "",
                    .. Rejection(prediction.RejectionReason ?? ""), .. probabilities]));
        }

        string[] Rejection(string cell) => withRejections ? [cell] : [];
    }

    /// <summary>The paths of images, a line each.</summary>
    public static void WriteErrors(Stream stream, IEnumerable<EvaluatedImage> errors)
    {
        using StreamWriter writer = Writer(stream);
        foreach (EvaluatedImage image in errors)
            writer.WriteLine(image.Prediction.Name);
    }

    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true) { NewLine = "\n" };
}
