using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights list': lists the published weights and which of them are on this machine.</summary>
internal sealed class WeightsListCommand : MltCommand
{
    private readonly Option<string?> _backbone =
        CliOption.Text("--backbone", "NAME", "Backbone whose weights to list. [default: all]");
    private readonly StoreOptions _store = new();

    internal WeightsListCommand(CommandContext context)
        : base("list", "Lists published weights, with their accuracy, their license and where they are on this machine.",
            context,
            "mlt weights list",
            "mlt weights list --backbone resnet50",
            "mlt weights list --json") =>
        Accepts(_backbone, _store.Folder);

    internal override string Remarks =>
        """
        JSON: [{ name, backbone, version, default, url?, package?, sha256, about_bytes, classes,
                 preprocessing: { resize_to, crop_to, interpolation, mean, standard_deviation }, top1, licence, recipe, unusable?, path? }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var store = _store.CreateStore(parseResult, Context);
        var listed = Find(parseResult.GetValue(_backbone)).Select(weights => ListedWeights.From(weights, store));
        Render(parseResult, listed, () => WeightsListView.Show([.. listed], Context));
        return Task.FromResult(ExitCode.Done);
    }

    private static IReadOnlyList<PublishedWeights> Find(string? backbone)
    {
        if (backbone is null)
            return WeightsCatalog.All;
        return WeightsCatalog.ForBackbone(backbone) is { Count: > 0 } some ? some
            : WeightsCatalog.ForBackbone(KnownBackbone.Find(backbone).Name);
    }
}

/// <summary>Shows published weights on a terminal.</summary>
internal static class WeightsListView
{
    private const string Unknown = "–";
    private const string Embedded = "part of MLTransfer";

    internal static void Show(IReadOnlyList<ListedWeights> listed, CommandContext context)
    {
        var output = context.Output;
        if (listed.Count == 0)
        {
            output.WriteLine("MLTransfer knows no published weights for it. Pass a FILE or URL as --weights, or 'none' for random ones.");
            return;
        }
        var table = TextTable.Create("weights", "size", "image size", "classes", "top-1", "license", "on this machine");
        foreach (var weights in listed)
        {
            table.Row(
                weights.Default ? $"{weights.Name} *" : weights.Name,
                weights.AboutBytes is { } bytes ? Figures.Bytes(bytes) : Unknown,
                $"{weights.Preprocessing.CropTo} px",
                weights.Classes == 0 ? Unknown : Figures.Count(weights.Classes),
                Figures.Percent(weights.Top1 ?? double.NaN),
                weights.Licence,
                weights.Url is null && weights.Package is null ? Embedded : weights.Path ?? Unknown);
        }
        Screens.ForResults(context).Write(table);
        output.WriteLine("* default of --weights. top-1: published accuracy on the validation images of ImageNet (CIFAR-10).");
        output.WriteLine("The images they were trained on have terms of their own. 'mlt weights get NAME' downloads weights; 'mlt train' "
            + "does so when needed.");
    }
}

/// <summary>Published weights and where they are; the JSON of 'mlt weights list'.</summary>
internal sealed record ListedWeights(
    string Name,
    string Backbone,
    string Version,
    bool Default,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Uri? Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Package,
    string Sha256,
    long? AboutBytes,
    int Classes,
    ListedPreprocessing Preprocessing,
    double? Top1,
    string Licence,
    Uri Recipe,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unusable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path)
{
    internal static ListedWeights From(PublishedWeights weights, WeightStore store) => new(
        weights.Name, weights.Backbone, weights.Version, weights.Default, weights.Url, weights.Package, weights.Sha256, weights.AboutBytes,
        weights.Classes,
        ListedPreprocessing.From(weights.Preprocessing), weights.Top1, weights.Licence, weights.Recipe, weights.Unusable,
        weights.Remote is { } remote ? store.Candidates(remote).FirstOrDefault() : null);
}

/// <summary>The preprocessing that published weights expect.</summary>
internal sealed record ListedPreprocessing(
    int ResizeTo, int CropTo, string Interpolation, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    internal static ListedPreprocessing From(Preprocessing expected) => new(
        expected.ResizeTo, expected.CropTo, CliOption.NameOf(expected.Interpolation), ToArray(expected.Mean),
        ToArray(expected.StandardDeviation));

    private static float[] ToArray(Rgb color) => [color.R, color.G, color.B];
}
