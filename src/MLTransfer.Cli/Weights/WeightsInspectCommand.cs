using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights inspect': what a weights file holds.</summary>
internal sealed class WeightsInspectCommand : MltCommand
{
    private readonly Argument<string> _file;

    private readonly Option<bool> _all = CliOption.Flag("--all", "Show every tensor. [default: the first 20]");

    internal WeightsInspectCommand(CommandContext context)
        : base(
            "inspect", "Says what a weights file holds: its format, its tensors, and the backbone they look like. Nothing in it is run.",
            context,
            "mlt weights inspect resnet18-f37072fd.pth",
            "mlt weights inspect model.safetensors --all",
            "mlt weights inspect checkpoint.th --json")
    {
        _file = new("FILE") { Description = "A .pth, .pt, .th or .safetensors file; told apart by content." };
        Accepts(_file, _all);
    }

    internal override string Remarks =>
        """
        JSON: { file, format, bytes, tensors: [{ name, type, shape }], numbers, number_bytes, types: { type: tensors },
                container, other_containers: [name], dropped_prefix, metadata: { key: text }, backbone?, prefix?, classes? }

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var inspection = Inspection.Of(Paths.ExistingFile("FILE", asked.GetRequiredValue(_file)));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, InspectionJson.Of(inspection));
        else
            InspectionView.Show(inspection, asked.GetValue(_all), Context);
        return Task.FromResult(ExitCode.Done);
    }
}
