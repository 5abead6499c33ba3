using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights inspect': shows what a weights file holds.</summary>
internal sealed class WeightsInspectCommand : MltCommand
{
    private readonly Argument<string> _file;

    private readonly Option<bool> _all = CliOption.Flag("--all", "Show every tensor. [default: the first 20]");

    internal WeightsInspectCommand(CommandContext context)
        : base(
            "inspect", "Shows the format and the tensors of a weights file, and the backbone they belong to. No code in it is run.",
            context,
            "mlt weights inspect resnet18-f37072fd.pth",
            "mlt weights inspect model.safetensors --all",
            "mlt weights inspect checkpoint.th --json")
    {
        _file = new("FILE") { Description = "A .pth, .pt, .th, .safetensors or .onnx file; the format is detected from its content." };
        Accepts(_file, _all);
    }

    internal override string Remarks =>
        """
        JSON: { file, format, bytes, tensors: [{ name, type, shape }], numbers, number_bytes, types: { type: tensors },
                container, other_containers: [name], dropped_prefix, metadata: { key: text }, backbone?, prefix?, classes? }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var inspection = Inspection.Read(Paths.ExistingFile("FILE", parseResult.GetRequiredValue(_file)));
        Render(parseResult, InspectionJson.From(inspection), () => InspectionView.Show(inspection, parseResult.GetValue(_all), Context));
        return Task.FromResult(ExitCode.Done);
    }
}
