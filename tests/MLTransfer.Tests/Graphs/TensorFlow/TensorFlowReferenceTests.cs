using System.Text.Json;
using MLTransfer.Graphs;
using MLTransfer.Tests.Reference;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Graphs.TensorFlow;

/// <summary>What TensorFlow 1.15 answers for small frozen graphs, one operation or idiom each (../shared/tensorflow).</summary>
public sealed class TensorFlowReferenceTests
{
    private const string Folder = "tensorflow/ops";

    public static TheoryData<string> Cases()
    {
        // One row that is skipped where the folder is missing: a theory without rows fails.
        if (!SharedFolder.Has(Folder)) return ["(none)"];
        return [.. Index().Select(each => each.GetProperty("name").GetString()!)];
    }

    [NeedsSharedTheory(Folder)]
    [MemberData(nameof(Cases))]
    public void A_graph_gives_what_TensorFlow_gives_and_finds_its_input_and_output(string name)
    {
        JsonElement about = About(name);
        using var scope = NewDisposeScope();
        using GraphNetwork network = GraphNetwork.Load(PathOf(about, "graph"));

        AssertClose(about, network.Run(Input(about))[0].Tensor);
        Assert.Equal(("input", "output"), (network.Input.Name, network.Output));
    }

    private static JsonElement About(string name) => Index().Single(each => each.GetProperty("name").GetString() == name);

    private static void AssertClose(JsonElement about, Tensor got)
    {
        using FileStream stream = File.OpenRead(PathOf(about, "output"));
        Tensor expected = NpyTensor.Read(stream, "output");
        Assert.Equal(expected.dtype, got.dtype);
        Assert.Equal(expected.shape, got.shape);
        Tensor want = expected.to(ScalarType.Float64), have = got.to(ScalarType.Float64);
        Tensor differences = (have - want).abs();
        Tensor allowed = about.GetProperty("atol").GetDouble() + (about.GetProperty("rtol").GetDouble() * want.abs());
        // Infinities are equal, and so is NaN with NaN, although their difference is no number.
        Tensor fits = differences.le(allowed) | have.eq(want) | (have.isnan() & want.isnan());
        if (!fits.all().item<bool>()) throw new XunitException($"It differs by up to {differences.nan_to_num().max().item<double>()}.");
    }

    private static GraphValue Input(JsonElement about)
    {
        string path = PathOf(about, "input");
        if (about.GetProperty("input_dtype").GetString() == "string") return GraphValue.OfBytes(File.ReadAllBytes(path));
        using FileStream stream = File.OpenRead(path);
        return NpyTensor.Read(stream, path);
    }

    private static string PathOf(JsonElement about, string file) =>
        SharedFolder.PathOf($"{Folder}/{about.GetProperty(file).GetString()}");

    private static readonly Lazy<JsonElement> Content =
        new(() => JsonDocument.Parse(File.ReadAllText(SharedFolder.PathOf($"{Folder}/index.json"))).RootElement);

    private static JsonElement.ArrayEnumerator Index() => Content.Value.EnumerateArray();
}
