using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights convert': any weights file as safetensors.</summary>
internal sealed class WeightsConvertCommand : MltCommand
{
    private const string Extension = ".safetensors";
    private static readonly TensorType[] Types = [TensorType.Float32, TensorType.Float16, TensorType.BFloat16];

    private readonly Argument<string> _input, _output;
    private readonly Option<string> _type = CliOption.Choice(
        "--dtype", "The type to give to floating-point tensors; integers keep theirs.", ["keep", .. Types.Select(Inspection.NameOf)]);
    private readonly Option<bool> _force = CliOption.Flag("--force", "Replace OUT where it exists.");

    internal WeightsConvertCommand(CommandContext context)
        : base("convert", "Writes a weights file as safetensors: smaller to trust, faster to read, and half as large with --dtype float16.",
            context,
            "mlt weights convert resnet18-f37072fd.pth resnet18.safetensors",
            "mlt weights convert checkpoint.th resnet20.safetensors --dtype float16",
            "mlt weights convert resnet50.pth resnet50.safetensors --dtype bfloat16 --force --json")
    {
        _input = new("IN") { Description = "A .pth, .pt, .th or .safetensors file; told apart by content." };
        _output = new("OUT") { Description = $"The {Extension} file to write." };
        Accepts(_input, _output, _type, _force);
    }

    internal override string Remarks =>
        """
        Tensors get the names under which 'mlt train --weights' finds them: without the 'module.' that some training scripts leave.

        JSON: { file, format, bytes, tensors: [{ name, type, shape }], numbers, number_bytes, types: { type: tensors },
                container, other_containers: [name], dropped_prefix, metadata: { key: text }, backbone?, prefix?, classes? }   of OUT

        """;

    protected override Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var input = Paths.ExistingFile("IN", asked.GetRequiredValue(_input));
        var output = CheckedOutput(asked.GetRequiredValue(_output), asked.GetValue(_force));
        TensorType? type = Enum.TryParse<TensorType>(asked.GetRequiredValue(_type), ignoreCase: true, out var chosen) ? chosen : null;
        var summary = WeightsConversion.ToSafetensors(input, output, type);
        if (WeightsFile.Summarize(input) is { OtherContainers.Count: > 0 } read)
            Context.Error.WriteLine(InspectionView.Checkpoint(read));
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, InspectionJson.Of(Inspection.Of(output, summary)));
        else
            Context.Output.WriteLine($"{output}: {Figures.Counted(summary.Tensors.Count, "tensor", "tensors")}, "
                + $"{Figures.Bytes(summary.FileLength)}");
        return Task.FromResult(ExitCode.Done);
    }

    private static string CheckedOutput(string path, bool force)
    {
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"OUT is '{path}'; it must end in {Extension}, the only format that is written.");
        if (File.Exists(path) && !force)
            throw new UsageException($"OUT is '{path}', which exists; --force replaces it.");
        return OutputFile.Checked("OUT", path).Path;
    }
}
