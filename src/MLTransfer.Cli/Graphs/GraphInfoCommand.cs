using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;

namespace MLTransfer.Cli.Graphs;

/// <summary>'mlt graph info': shows what a graph holds.</summary>
internal sealed class GraphInfoCommand : MltCommand
{
    private const int Shown = 40, Longest = 160;

    private readonly Argument<string> _file = new("FILE") { Description = "A frozen TensorFlow graph (.pb) or an ONNX model (.onnx)." };

    private readonly Option<string[]> _shapes = new("--shape")
    {
        HelpName = "NAME=N,H,W,C",
        Description = "The shape of an input to find the shapes of the nodes with; may be repeated. [default: one image, 224 x 224 where "
            + "its size is free]",
    };

    private readonly Option<bool> _all = CliOption.Flag("--all", $"Show every node. [default: the first {Shown}]");

    internal GraphInfoCommand(CommandContext context)
        : base(
            "info", "Shows the inputs, outputs, operations and nodes of a graph, and whether it can be run.", context,
            "mlt graph info model.pb",
            "mlt graph info model.onnx",
            "mlt graph info model.pb --shape input=1,299,299,3 --all",
            "mlt graph info model.pb --json") =>
        Accepts(_file, _shapes, _all);

    internal override string Remarks =>
        """
        The shapes are those of a run with zeros, without joining nodes.

        JSON: { file, format, bytes, inputs: [{ name, type, shape, has_default }], outputs: [name], operations: [{ name, count, known }],
                parameters, nodes: [{ name, operation, outputs: [text] }], problem }, with null for an unknown shape and for no problem

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var file = Paths.Existing("FILE", parseResult.GetRequiredValue(_file));
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var text in parseResult.GetValue(_shapes) ?? [])
        {
            try
            {
                var (name, shape) = GraphInspection.ParseShape(text);
                shapes[name] = shape;
            }
            catch (FormatException refusal)
            {
                throw new UsageException($"--shape: {refusal.Message}", refusal);
            }
        }
        var inspection = GraphInspection.Of(file, shapes);
        Render(parseResult, GraphInspectionJson.From(inspection), () => Show(inspection, parseResult.GetValue(_all)));
        return Task.FromResult(ExitCode.Done);
    }

    private void Show(GraphInspection graph, bool all)
    {
        var output = Context.Output;
        output.WriteLine($"{Path.GetFileName(graph.File)}: {graph.Format} graph, {Figures.Bytes(graph.Bytes)}, "
            + $"{Figures.Counted(graph.Parameters, "parameter", "parameters")}");
        foreach (var input in graph.Inputs)
            output.WriteLine($"input: {Text(input.Name)}, {input.Description}{(input.HasDefault ? ", has a default" : "")}");
        foreach (var name in graph.Outputs)
            output.WriteLine($"output: {Text(name)}");
        output.WriteLine(graph.Problem is { } problem ? $"cannot be run: {problem}" : "can be run");
        var operations = TextTable.Create("operation", "nodes", "known");
        foreach (var operation in graph.Operations)
            operations.Row(Text(operation.Name), Figures.Count(operation.Count), operation.Known ? "yes" : "no");
        Screens.ForResults(Context).Write(operations);
        if (graph.Nodes.Count == 0)
            return;
        var nodes = TextTable.Create("node", "operation", "gives");
        foreach (var node in graph.Nodes.Take(all ? int.MaxValue : Shown))
            nodes.Row(Text(node.Name), Text(node.Operation), string.Join("; ", node.Outputs));
        Screens.ForResults(Context).Write(nodes);
        if (!all && graph.Nodes.Count > Shown)
            output.WriteLine($"{Figures.Count(graph.Nodes.Count - Shown)} more; --all shows them.");
    }

    private static string Text(string text) => Printable.Sanitize(text, Longest);
}
