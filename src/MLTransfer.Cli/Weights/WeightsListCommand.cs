using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights list': what is published for the backbones, and what of it is on this machine.</summary>
internal sealed class WeightsListCommand : MltCommand
{
    private readonly Option<string?> _backbone =
        CliOption.Text("--backbone", "NAME", "Only the weights of this backbone. [default: of all]");
    private readonly StoreOptions _store = new();

    internal WeightsListCommand(CommandContext context)
        : base("list", "Lists published weights: what they can do, how they are licensed, and where they lie on this machine.",
            context,
            "mlt weights list",
            "mlt weights list --backbone resnet50",
            "mlt weights list --json") =>
        Accepts(_backbone, _store.Folder);

    internal override string Remarks =>
        """
        JSON: [{ name, backbone, version, default, url?, sha256, about_bytes, classes, preprocessing: { resize_to, crop_to, interpolation, mean,
                 standard_deviation }, top1, licence, recipe, unusable?, path? }]

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var store = _store.Of(asked, Context);
        var listed = Asked(asked.GetValue(_backbone)).Select(weights => ListedWeights.Of(weights, store));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, listed);
        else
            WeightsListView.Show([.. listed], Context);
        return Task.FromResult(ExitCode.Done);
    }

    private static IReadOnlyList<PublishedWeights> Asked(string? backbone)
    {
        if (backbone is null)
            return WeightsCatalog.All;
        try
        {
            return WeightsCatalog.Of(backbone) is { Count: > 0 } some ? some : WeightsCatalog.Of(ModelZoo.Find(backbone).Name);
        }
        catch (ArgumentException unknown)
        {
            throw CommandLine.UsageError.For("--backbone", unknown);
        }
    }
}
