using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Graphs.Onnx;
using Onnx;

namespace MLTransfer.Cli.Export;

/// <summary>'mlt export': writes a saved model as ONNX.</summary>
internal sealed class ExportCommand : MltCommand
{
    private const string Extension = ".onnx";
    private const int DefaultOpset = 18;

    private static readonly string[] Preprocessings = ["normalize", "full", "none"];
    private static readonly string[] Precisions = ["float32", "float16"];

    private readonly Argument<string> _model = new("MODEL.zip") { Description = "Model saved by 'mlt train'." };
    private readonly Option<string> _out = CliOption.Required("--out", "FILE", $"{Extension} file to write.");
    private readonly Option<string> _preprocessing = CliOption.Choice(
        "--preprocessing", "How much of the preprocessing is in the file: that of colors (normalize), resizing and cropping too (full), "
        + "or none.", Preprocessings);
    private readonly Option<string> _precision = CliOption.Choice(
        "--precision", "Number format of weights and layers. float16 halves the file; probabilities differ by up to about 0.01.",
        Precisions);
    private readonly Option<int?> _opset = CliOption.Integer(
        "--opset", $"Version of ONNX's operators; older runtimes know only older ones. [default: {DefaultOpset}]",
        OnnxExportOptions.FirstOpset, OnnxExportOptions.LastOpset);

    internal ExportCommand(CommandContext context)
        : base("export", "Writes a model as ONNX, which ONNX Runtime and many other programs run without MLTransfer.", context,
            "mlt export flowers.zip --out flowers.onnx",
            "mlt export flowers.zip --out flowers.onnx --preprocessing full",
            "mlt export flowers.zip --out flowers-half.onnx --precision float16 --json") =>
        Accepts(_model, _out, _preprocessing, _precision, _opset);

    internal override string Remarks =>
        """
        Input 'images', red, green, blue; S is the image size of the network:
          normalize   bytes (N, S, S, 3), 0 to 255
          full        bytes (N, H, W, 3), 0 to 255, all images of a batch in one size
          none        float32 (N, 3, S, S), normalized as the metadata 'preprocessing' says
        Output 'probabilities', float32 (N, classes). The class names are in the metadata: 'class_names', a JSON array, and 'names'.
        Weights of more than 2 GB get a second file, FILE.data, which must stay beside FILE.

        JSON: { file, data_file?, bytes, backbone, classes: [name], preprocessing, precision, opset,
                input: { name, type, shape: [N|number] }, output: { name, type, shape } }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var model = Paths.ExistingFile("MODEL.zip", parseResult.GetRequiredValue(_model));
        var output = CheckOutput(parseResult.GetRequiredValue(_out));
        var options = ReadOptions(parseResult);
        using var classifier = ModelFile.Open(model);
        var exported = UsageError.Translate("--preprocessing", () => classifier.ToOnnx(options));
        if (classifier.TestTimeAugmentation is { Views: > 1 } several)
        {
            Context.Error.WriteLine(
                $"the model scores {several.Views} views of each image ({several}); the file has the network alone, for one view");
        }
        cancel.ThrowIfCancellationRequested();
        var files = OnnxFile.Write(output, exported);
        var result = ExportResult.From(classifier, exported, options, files);
        Render(parseResult, result, () =>
        {
            foreach (var line in result.Describe())
                Context.Output.WriteLine(line);
        });
        return Task.FromResult(ExitCode.Done);
    }

    private OnnxExportOptions ReadOptions(ParseResult parseResult)
    {
        var options = new OnnxExportOptions
        {
            Preprocessing = Enum.Parse<OnnxPreprocessing>(parseResult.GetRequiredValue(_preprocessing), ignoreCase: true),
            Precision = Enum.Parse<OnnxPrecision>(parseResult.GetRequiredValue(_precision), ignoreCase: true),
            Opset = parseResult.GetValue(_opset) ?? DefaultOpset,
        };
        if (options is { Preprocessing: OnnxPreprocessing.Full, Opset: < OnnxExportOptions.FirstOpsetWithAntialiasing })
            throw new UsageException(
                $"--opset is {options.Opset}; --preprocessing full needs at least {OnnxExportOptions.FirstOpsetWithAntialiasing}, which "
                + "resizes with antialiasing.");
        return options;
    }

    private static string CheckOutput(string path)
    {
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--out is '{path}'; it must end in {Extension}.");
        return OutputFile.Checked("--out", path).Path;
    }
}
