using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights convert': converts a weights file to safetensors.</summary>
internal sealed class WeightsConvertCommand : MltCommand
{
    private const string Extension = ".safetensors";
    private static readonly TensorType[] Types = [TensorType.Float32, TensorType.Float16, TensorType.BFloat16];

    private readonly Argument<string> _input, _output;
    private readonly Option<string> _type = CliOption.Choice(
        "--dtype", "Type of the floating-point tensors in OUT; integers keep theirs.", ["keep", .. Types.Select(Inspection.NameOf)]);
    private readonly Option<bool> _force = CliOption.Flag("--force", "Replace OUT if it exists.");

    internal WeightsConvertCommand(CommandContext context)
        : base("convert", "Converts a weights file to safetensors, which holds no code and loads faster; --dtype float16 halves its size.",
            context,
            "mlt weights convert resnet18-f37072fd.pth resnet18.safetensors",
            "mlt weights convert checkpoint.th resnet20.safetensors --dtype float16",
            "mlt weights convert resnet50.pth resnet50.safetensors --dtype bfloat16 --force --json")
    {
        _input = new("IN") { Description = "A .pth, .pt, .th, .safetensors or .onnx file; the format is detected from its content." };
        _output = new("OUT") { Description = $"{Extension} file to write." };
        Accepts(_input, _output, _type, _force);
    }

    internal override string Remarks =>
        """
        Tensors get the names that 'mlt train --weights' expects, without the 'module.' that some training scripts add.

        JSON: { file, format, bytes, tensors: [{ name, type, shape }], numbers, number_bytes, types: { type: tensors },
                container, other_containers: [name], dropped_prefix, metadata: { key: text }, backbone?, prefix?, classes? }   of OUT

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var input = Paths.ExistingFile("IN", parseResult.GetRequiredValue(_input));
        var output = CheckOutput(parseResult.GetRequiredValue(_output), parseResult.GetValue(_force));
        TensorType? type = Enum.TryParse<TensorType>(parseResult.GetRequiredValue(_type), ignoreCase: true, out var chosen) ? chosen : null;
        var summary = WeightsConversion.ToSafetensors(input, output, type);
        if (WeightsFile.Summarize(input) is { OtherContainers.Count: > 0 } read)
            Context.Words.WriteLine(InspectionView.Checkpoint(read));
        if (WantsJson(parseResult))
            ReportJson.WriteTo(Context.Output, InspectionJson.From(Inspection.From(output, summary)));
        else
            Context.Output.WriteLine($"{output}: {Figures.Counted(summary.Tensors.Count, "tensor", "tensors")}, "
                + $"{Figures.Bytes(summary.FileLength)}");
        return Task.FromResult(ExitCode.Done);
    }

    private static string CheckOutput(string path, bool force)
    {
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"OUT is '{path}'; it must end in {Extension}, the only format that can be written.");
        if (File.Exists(path) && !force)
            throw new UsageException($"OUT is '{path}', which exists; use --force to replace it.");
        return OutputFile.Checked("OUT", path).Path;
    }
}
