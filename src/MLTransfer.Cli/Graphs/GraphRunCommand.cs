using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;
using MLTransfer.Graphs;
using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Cli.Graphs;

/// <summary>'mlt graph run': runs a graph with given inputs.</summary>
internal sealed class GraphRunCommand : MltCommand
{
    private const int ShownValues = 8, Longest = 160;
    private static readonly string[] DeviceWords = ["auto", "cpu", "cuda"];

    private readonly Argument<string> _file = new("FILE") { Description = "A frozen TensorFlow graph (.pb) or an ONNX model (.onnx)." };

    private readonly Option<string[]> _feeds = new("--feed")
    {
        HelpName = "NAME=FILE",
        Description = "The value of an input: an .npy file, or for an input of strings any file, whose bytes it takes; may be repeated. "
            + "NAME= may be left out where the graph has one input.",
    };

    private readonly Option<string[]> _fetches = new("--fetch")
    {
        HelpName = "NAME",
        Description = "A node to compute; may be repeated. NODE:1 is its second output. [default: the output of the graph]",
    };

    private readonly Option<string[]> _outputs = new("--out")
    {
        HelpName = "FILE",
        Description = "Where to write a result: as .npy, or the bytes of a string. One for each --fetch, in their order. "
            + "[default: show it]",
    };

    private readonly Option<Enum?> _device = CliOption.EnumValue(
        "--device", "Where to compute. [default: auto, a CUDA device where there is one]", typeof(DeviceKind), DeviceWords);

    private readonly Option<int?> _threads = Threads.Option();

    internal GraphRunCommand(CommandContext context)
        : base(
            "run", "Runs a graph with inputs from files, and writes or shows what it gives.", context,
            "mlt graph run model.pb --feed input=x.npy --fetch output --out y.npy",
            "mlt graph run model.pb --feed x.npy --json",
            "mlt graph run retrained.pb --feed DecodeJpeg/contents=rose.jpg --fetch final_result") =>
        Accepts(_file, _feeds, _fetches, _outputs, _device, _threads);

    internal override string Remarks =>
        """
        Arrays are NumPy's: save them with numpy.save, read them with numpy.load.

        JSON: [{ name, type, shape, file?, values? }], with the values, in C order, of a result that is not written to a file

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var path = Paths.Existing("FILE", parseResult.GetRequiredValue(_file));
        string[] fetches = parseResult.GetValue(_fetches) ?? [], outputs = parseResult.GetValue(_outputs) ?? [];
        if (outputs.Length > 0 && outputs.Length != Math.Max(1, fetches.Length))
        {
            throw new UsageException(
                $"{outputs.Length} --out are given for {Math.Max(1, fetches.Length)} results; give one for each, or none.");
        }
        OutputFile[] files = [.. outputs.Select(file => OutputFile.Checked("--out", file))];
        Threads.Use(parseResult.GetValue(_threads));
        using var scope = torch.NewDisposeScope();
        var device = Devices.Resolve((DeviceKind?)parseResult.GetValue(_device) ?? DeviceKind.Auto);
        using var network = GraphNetwork.Load(path, device);
        var feeds = Feeds(network, parseResult.GetValue(_feeds) ?? []);
        string[] names = fetches.Length > 0 ? fetches : [network.Output];
        var results = network.Run(feeds, names);
        for (int index = 0; index < files.Length; index++)
        {
            var result = results[index];
            files[index].Write(stream => Write(stream, result));
        }
        Render(
            parseResult,
            names.Select((name, index) => GraphResultJson.From(name, results[index], files.Length == 0 ? null : outputs[index])),
            () => Show(names, results, outputs));
        return Task.FromResult(ExitCode.Done);
    }

    private static Dictionary<string, GraphValue> Feeds(GraphNetwork network, string[] texts)
    {
        var feeds = new Dictionary<string, GraphValue>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            // A path may have a '=' of its own.
            int equals = File.Exists(text) ? -1 : text.IndexOf('=');
            var name = equals > 0 ? text[..equals] : network.Input.Name;
            var path = Paths.ExistingFile("--feed", text[(equals + 1)..]);
            if (!feeds.TryAdd(name, Value(network, name, path)))
                throw new UsageException($"--feed gives '{name}' twice.");
        }
        return feeds;
    }

    private static GraphValue Value(GraphNetwork network, string name, string path)
    {
        if (network.Inputs.FirstOrDefault(input => input.Name == name || $"{input.Name}:0" == name) is { IsText: true })
            return GraphValue.OfBytes(File.ReadAllBytes(path));
        using var stream = File.OpenRead(path);
        return NpyTensor.Read(stream, path);
    }

    private static void Write(Stream stream, GraphValue result)
    {
        if (!result.IsText)
            NpyTensor.Write(stream, result.Tensor);
        else if (result.Text.Items is [var single])
            stream.Write(single.Span);
        else
            throw new IOException("It is an array of strings, for which there is no format.");
    }

    private void Show(string[] names, IReadOnlyList<GraphValue> results, string[] files)
    {
        for (int index = 0; index < names.Length; index++)
        {
            var content = files.Length > 0 ? Printable.Sanitize(files[index], Longest) : Summary(results[index]);
            Context.Output.WriteLine($"{Printable.Sanitize(names[index], Longest)}: {results[index]}, {content}");
        }
    }

    private static string Summary(GraphValue result)
    {
        if (result.IsText)
            return Figures.Counted(result.Text.Items.Sum(item => (long)item.Length), "byte", "bytes");
        double[] values = GraphResultJson.First(result.Tensor, ShownValues);
        var first = string.Join(", ", values.Select(value => Figures.Number(value, "0.######")));
        return $"{first}{(result.Tensor.numel() > ShownValues ? ", …" : "")}";
    }
}

/// <summary>A result in the JSON of 'mlt graph run'.</summary>
internal sealed record GraphResultJson(
    string Name,
    string Type,
    IReadOnlyList<long> Shape,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Values)
{
    internal static GraphResultJson From(string name, GraphValue result, string? file) => new(
        name, result.IsText ? "string" : GraphTypes.Name(result.Tensor.dtype), result.Shape, file,
        file is null && result.IsTensor ? First(result.Tensor, long.MaxValue) : null);

    /// <summary>The first values, in C order.</summary>
    internal static double[] First(torch.Tensor tensor, long most)
    {
        using var scope = torch.NewDisposeScope();
        var flat = tensor.cpu().flatten();
        return [.. flat.narrow(0, 0, Math.Min(most, flat.numel())).to(torch.ScalarType.Float64).data<double>()];
    }
}
