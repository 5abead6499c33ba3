using MLTransfer.Cli.CommandLine;
using MLTransfer.Files;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Graphs;

public sealed class GraphCommandTests : IDisposable
{
    private const string Ops = "tensorflow/ops";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsSharedFact(Ops)]
    public async Task Inputs_outputs_operations_and_shapes_are_shown()
    {
        var outcome = await Mlt.RunAsync("graph", "info", Case("net_lenet.pb"));

        outcome.AssertSuccess();
        Expected.Is("graph-info.txt", outcome.Output);
    }

    [NeedsSharedFact(Ops)]
    public async Task A_graph_that_cannot_be_run_is_shown_and_says_why()
    {
        var outcome = await Mlt.RunAsync("graph", "info", Case("ph_unknown_rank.pb"), "--json");

        outcome.AssertSuccess();
        Assert.Contains("'input' declares no shape", outcome.Json.GetProperty("problem").GetString(), StringComparison.Ordinal);
        var given = await Mlt.RunAsync("graph", "info", Case("ph_unknown_rank.pb"), "--json", "--shape", "input=2,3");
        Assert.Equal("float32 [2, 3]", given.Json.GetProperty("nodes")[0].GetProperty("outputs")[0].GetString());
    }

    [NeedsSharedFact(Ops)]
    public async Task An_array_is_fed_and_the_result_written_for_NumPy()
    {
        var result = _folder.PathOf("y.npy");
        var outcome = await Mlt.RunAsync(
            "graph", "run", Case("net_lenet.pb"), "--feed", $"input={Case("net_lenet.input.npy")}", "--fetch", "output", "--out", result);

        outcome.AssertSuccess();
        var copy = _folder.PathOf("batch=32.npy");
        File.Copy(Case("net_lenet.input.npy"), copy);
        (await Mlt.RunAsync("graph", "run", Case("net_lenet.pb"), "--feed", copy)).AssertSuccess();
        (await Mlt.RunAsync("graph", "run", Case("net_lenet.pb"), "--feed", $"input={copy}")).AssertSuccess();
        using var written = File.OpenRead(result);
        using var expected = File.OpenRead(Case("net_lenet.output.npy"));
        NpyArray got = NpyFile.Read(written, "y"), want = NpyFile.Read(expected, "y");
        Assert.Equal(want.Type, got.Type);
        Assert.Equal(want.Shape, got.Shape);
        // Both sum the same products, in another order.
        Assert.All(Floats(want).Zip(Floats(got)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [NeedsSharedFact(Ops)]
    public async Task An_input_of_strings_takes_the_bytes_of_a_file_and_any_node_is_fetched()
    {
        var outcome = await Mlt.RunAsync(
            "graph", "run", Case("net_from_jpeg.pb"), "--feed", Case("net_from_jpeg.input.jpg"),
            "--fetch", "output", "--fetch", "DecodeJpeg", "--json");

        outcome.AssertSuccess();
        Assert.Equal(3, outcome.Json[0].GetProperty("values").GetArrayLength());
        Assert.Equal("uint8", outcome.Json[1].GetProperty("type").GetString());
    }

    [NeedsSharedFact(Ops)]
    public async Task Wrong_feeds_fetches_and_files_are_clear_errors()
    {
        var graph = Case("net_lenet.pb");
        var array = Case("net_lenet.input.npy");
        var missing = await Mlt.RunAsync("graph", "run", graph, "--feed", "input=nowhere.npy");
        var mistyped = await Mlt.RunAsync("graph", "run", graph, "--feed", array, "--fetch", "outptu");
        var noArray = await Mlt.RunAsync("graph", "run", graph, "--feed", graph);
        var tooMany = await Mlt.RunAsync(
            "graph", "run", graph, "--feed", array, "--out", _folder.PathOf("a.npy"), "--out", _folder.PathOf("b.npy"));
        var onnx = await Mlt.RunAsync("graph", "info", _folder.Write("model.onnx", "no model"u8));
        var shape = await Mlt.RunAsync("graph", "info", graph, "--shape", "input=1,x");

        Assert.Equal((ExitCode.Usage, ExitCode.Failed, ExitCode.Failed), (missing.Code, mistyped.Code, noArray.Code));
        Assert.Equal((ExitCode.Usage, ExitCode.Failed, ExitCode.Usage), (tooMany.Code, onnx.Code, shape.Code));
        Assert.Contains("Did you mean 'output'?", mistyped.Error, StringComparison.Ordinal);
        Assert.Contains("it is no .npy file", noArray.Error, StringComparison.Ordinal);
        Assert.Contains("2 --out are given for 1 results", tooMany.Error, StringComparison.Ordinal);
        Assert.Contains("NAME=1,224,224,3 is expected", shape.Error, StringComparison.Ordinal);
    }

    private static string Case(string file) => SharedFolder.PathOf($"{Ops}/{file}");

    private static float[] Floats(NpyArray array) =>
        [.. array.Bytes.Chunk(sizeof(float)).Select(bytes => BitConverter.ToSingle(bytes))];
}
