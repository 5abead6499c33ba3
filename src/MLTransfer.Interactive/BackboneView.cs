using System.Globalization;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Interactive;

/// <summary>A backbone's card: its size and cost, the published weights with their licenses, its layers.</summary>
internal static class BackboneView
{
    internal static NotebookView One { get; } = NotebookView.Of<Backbone>(Html, Text);

    internal static NotebookView Several { get; } = NotebookView.Of<IEnumerable<Backbone>>(
        Table, backbones => string.Join('\n', backbones.Select(backbone => backbone.Name)));

    private static Markup Html(Backbone backbone) => Markup.Format(
        $"""
        <h3>{backbone.Name} <span class="quiet">{backbone.Family}</span></h3>
        {ReportPage.NamedValues(Facts(backbone))}
        {Weights(WeightsCatalog.ForBackbone(backbone.Name))}
        {(backbone.IsFrozen ? default : Layers(BackboneStructure.Inspect(backbone, MLTransfer.Layers.All)))}
        """);

    private static string Text(Backbone backbone) =>
        string.Join('\n', [$"{backbone.Name} ({backbone.Family})", .. Facts(backbone).Select(fact => $"{fact.Name}: {fact.Value}")]);

    private static IEnumerable<(string Name, string Value)> Facts(Backbone backbone) =>
    [
        ("parameters", ReportNumber.Count(backbone.Parameters)),
        ("features", ReportNumber.Count(backbone.FeatureWidth)),
        ("image size", $"{backbone.Preprocessing.CropTo} × {backbone.Preprocessing.CropTo} pixels"),
        ("cost of one image", Gflops(backbone)),
    ];

    private static string Gflops(Backbone backbone) => backbone.MultiplyAdds == 0 ? "–"
        : (backbone.MultiplyAdds / 1e9).ToString("#,0.00", CultureInfo.InvariantCulture) + " GFLOPs";

    private static Markup Weights(IReadOnlyCollection<PublishedWeights> published) => published.Count == 0 ? default : Markup.Format(
        $"""
        <table>
        <tr><th class="name">published weights</th><th>top-1</th><th class="name">license</th></tr>
        {published.Select(WeightsRow)}
        </table>
        """);

    private static Markup WeightsRow(PublishedWeights weights) => Markup.Format(
        $"""
        <tr><td class="name">{weights.Version}{(weights.Default ? " (default)" : "")}</td>
        <td>{ReportNumber.Percent(weights.Top1 ?? double.NaN)}</td><td class="name">{weights.Licence}</td></tr>
        """);

    private static Markup Layers(BackboneStructure structure) => Markup.Format(
        $"""
        <details><summary>{ReportNumber.Count(structure.Layers.Count)} layers</summary><table>
        <tr><th class="name">layer</th><th>output</th><th>parameters</th></tr>
        {structure.Layers.Select(Layer)}
        </table></details>
        """);

    // Without the first dimension, the number of images.
    private static Markup Layer(LayerDescription layer) => Markup.Format(
        $"""
        <tr><td class="name">{layer.Name}</td><td>{string.Join(" × ", layer.Output.Skip(1))}</td>
        <td>{ReportNumber.Count(layer.Parameters)}</td></tr>
        """);

    private static Markup Table(IEnumerable<Backbone> backbones) => Markup.Format(
        $"""
        <div class="wide"><table>
        <tr><th class="name">backbone</th><th>parameters</th><th>cost of one image</th><th>image size</th><th>features</th>
        <th class="name">default weights</th></tr>
        {backbones.Select(TableRow)}
        </table></div>
        """);

    private static Markup TableRow(Backbone backbone) => Markup.Format(
        $"""
        <tr><td class="name">{backbone.Name}</td><td>{ReportNumber.Count(backbone.Parameters)}</td><td>{Gflops(backbone)}</td>
        <td>{backbone.Preprocessing.CropTo} px</td><td>{ReportNumber.Count(backbone.FeatureWidth)}</td>
        <td class="name">{WeightsCatalog.DefaultOf(backbone.Name)?.Version}</td></tr>
        """);
}
