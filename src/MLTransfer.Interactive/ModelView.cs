using System.Globalization;
using MLTransfer.Evaluation.Reports;
using TorchSharp;

namespace MLTransfer.Interactive;

/// <summary>A trained model: its classes, how it sees images, its layers.</summary>
internal static class ModelView
{
    internal static NotebookView View { get; } = NotebookView.Of<ImageClassificationTransformer>(Html, Text);

    private static Markup Html(ImageClassificationTransformer model)
    {
        (string Name, long Parameters)[] layers = [.. Layers(model)];
        return Markup.Format(
            $"""
            <h3>{model.Backbone} <span class="quiet">{ReportNumber.Count(model.Labels.Count)} classes</span></h3>
            {ReportPage.NamedValues(Facts(model))}
            <details><summary>{ReportNumber.Count(layers.Length)} layers,
            {ReportNumber.Count(layers.Sum(layer => layer.Parameters))} parameters</summary><table>
            <tr><th class="name">layer</th><th>parameters</th></tr>
            {layers.Select(Row)}
            </table></details>
            """);
    }

    private static Markup Row((string Name, long Parameters) layer) =>
        Markup.Format($"<tr><td class=\"name\">{layer.Name}</td><td>{ReportNumber.Count(layer.Parameters)}</td></tr>");

    private static string Text(ImageClassificationTransformer model) =>
        string.Join('\n', [model.Backbone, .. Facts(model).Select(fact => $"{fact.Name}: {fact.Value}")]);

    private static IEnumerable<(string Name, string Value)> Facts(ImageClassificationTransformer model) =>
    [
        ("classes", string.Join(", ", model.Labels)),
        ("head", model.Head.ToString()),
        ("image size", $"{model.Preprocessing.CropTo} × {model.Preprocessing.CropTo} pixels"),
        ("image column", model.ImageColumnName),
        .. model.Temperature == 1 ? Array.Empty<(string, string)>()
            : [("temperature", model.Temperature.ToString("0.00", CultureInfo.InvariantCulture))],
        .. model.Training is { } training && double.IsFinite(training.ValidationAccuracy)
            ? [("validation accuracy", ReportNumber.Percent(training.ValidationAccuracy))] : Array.Empty<(string, string)>(),
    ];

    private static IEnumerable<(string Name, long Parameters)> Layers(ImageClassificationTransformer model) =>
    [
        .. model.Network.Groups.Select(group => (group.Name, Parameters(group.Modules))),
        (model.Network.HeadName, Parameters([model.Network.Head])),
    ];

    private static long Parameters(IEnumerable<torch.nn.Module> modules) =>
        modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
}
