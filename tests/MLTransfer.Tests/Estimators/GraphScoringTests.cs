using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Estimators;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Tests.Graphs;
using MLTransfer.Tests.Reference;
using Tensorboard;

namespace MLTransfer.Tests.Estimators;

public sealed class GraphScoringTests : IDisposable
{
    private const float Tolerance = 1e-5f;

    private readonly ColouredImages _images = new(perClass: 20);
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;
    private readonly string _labels;

    public GraphScoringTests()
    {
        _data = _ml.Data.LoadImageFolder(_images.Path);
        _labels = Lines("labels.txt", "blue", "green");
    }

    private string Graph => ColorGraph.Write(_folder.PathOf("model.pb"));

    [Fact]
    public void A_graph_scores_a_data_view_with_the_names_of_its_classes()
    {
        using GraphTransformer model = _ml.Transforms.ScoreTensorFlowGraph(Graph, _labels).Fit(_data);
        Assert.Equal(("images", "probabilities", "ImagePath"), (model.InputNode, model.OutputNode, model.ImageColumnName));
        IDataView scored = model.Transform(_data);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(["blue", "green"], names.DenseValues().Select(name => name.ToString()));
        Assert.All(Scores(model), score => Assert.Equal(1, score.Sum(), Tolerance));
        IDataView labeled = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        Assert.Equal(labeled.GetColumn<string>("Label"), labeled.GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void A_saved_graph_needs_its_file_no_longer_and_predicts_one_by_one()
    {
        string graph = Graph;
        ITransformer model = _ml.Transforms.ScoreGraph(graph, _labels)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(_data);
        float[][] expected = Scores(model);
        _ml.Model.Save(model, _data.Schema, _folder.PathOf("model.zip"));
        File.Delete(graph);
        ITransformer loaded = new MLContext().AddMLTransfer().Model.Load(_folder.PathOf("model.zip"), out _);
        Assert.Equal(expected, Scores(loaded));
        using var engine = _ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(loaded);
        foreach ((ImageRow row, float[] score) in ImageFolder.List(_images.Path).Zip(expected))
        {
            ImageLabel answer = engine.Predict(new ImageFile { ImagePath = row.ImagePath });
            Assert.Equal(row.Label, answer.PredictedLabel);
            AssertClose([score], [answer.Score]);
        }
    }

    [Fact]
    public void A_graph_can_score_several_views_of_an_image_and_keeps_that_in_the_model_file()
    {
        using GraphTransformer model = _ml.Transforms.ScoreGraph(Graph, _labels).Fit(_data);
        float[][] plain = Scores(model);
        model.TestTimeAugmentation = TestTimeAugmentation.RandomViews(2);
        float[][] augmented = Scores(model);
        Assert.NotEqual(plain, augmented);
        _ml.Model.Save(model, _data.Schema, _folder.PathOf("model.zip"));
        var loaded = Assert.IsType<GraphTransformer>(new MLContext().AddMLTransfer().Model.Load(_folder.PathOf("model.zip"), out _));
        Assert.Equal(TestTimeAugmentation.RandomViews(2), loaded.TestTimeAugmentation);
        Assert.Equal(augmented, Scores(loaded));
        loaded.TestTimeAugmentation = TestTimeAugmentation.None;
        Assert.Equal(plain, Scores(loaded));
        loaded.Dispose();
    }

    [Fact]
    public void Logits_become_probabilities_and_another_node_can_be_the_output()
    {
        var options = new GraphScoringOptions { Model = Graph, Labels = _labels };
        using GraphTransformer whole = Fit(options), logits = Fit(options with { OutputNode = "logits" });
        using GraphTransformer raw = Fit(options with { OutputNode = "logits", Softmax = false });
        AssertClose(Scores(whole), Scores(logits));
        Assert.All(Scores(raw), score => Assert.NotEqual(1, score.Sum(), Tolerance));
    }

    [Fact]
    public void Images_can_be_fed_to_any_node_and_its_layout_named()
    {
        using GraphTransformer whole = Fit(new() { Model = Graph });
        using GraphTransformer later = Fit(new()
        {
            Model = ColorGraph.WriteForBytes(_folder.PathOf("bytes.pb")), InputNode = "images", OutputNode = "probabilities",
            Preprocessing = Preprocessing.Inception.ForSize(ColorGraph.Side), Layout = ImageLayout.ChannelsLast,
        });
        Assert.Equal(["0", "1"], whole.Labels);
        AssertClose(Scores(whole), Scores(later));
    }

    [Fact]
    public void Channels_may_come_first_or_in_reverse_and_the_batch_size_may_be_fixed()
    {
        using GraphTransformer usual = Fit(new() { Model = Graph });
        using GraphTransformer first = Fit(new() { Model = ColorGraph.Write(_folder.PathOf("first.pb"), -1, 3, 8, 8) });
        AssertClose(Scores(usual), Scores(first));

        // The blue of the blue images is where the graph expects red, which no class looks at.
        using GraphTransformer reversed = Fit(new()
        {
            Model = Graph, Preprocessing = Preprocessing.Inception.ForSize(8) with { Channels = ChannelOrder.Bgr },
        });
        Assert.True(Scores(reversed)[0][0] < 0.6);

        GraphDefs one = ColorGraph.Create(DataType.DtFloat, 1, 8, 8, 3);
        one.Integers("shape", 1, 2);
        one.Node("reshaped", "Reshape", "probabilities", "shape");
        File.WriteAllBytes(_folder.PathOf("one.pb"), one.Definition.ToByteArray());
        using GraphTransformer single = Fit(new() { Model = _folder.PathOf("one.pb") });
        AssertClose(Scores(usual), Scores(single));
    }

    [Fact]
    public void A_graph_that_takes_bytes_is_given_bytes()
    {
        using GraphTransformer usual = Fit(new() { Model = Graph });
        using GraphTransformer bytes = Fit(new()
        {
            Model = ColorGraph.WriteForBytes(_folder.PathOf("bytes.pb")), Preprocessing = Preprocessing.Bytes.ForSize(8),
        });
        AssertClose(Scores(usual), Scores(bytes));
    }

    [Fact]
    public void Numbers_before_the_names_of_all_classes_are_left_out()
    {
        using GraphTransformer model = Fit(new() { Model = Graph, Labels = Lines("slim.txt", "0:blue", "1: green", "") });
        Assert.Equal(["blue", "green"], model.Labels);
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused_with_both_numbers()
    {
        string one = Refusal<ArgumentException>(new() { Model = Graph, Labels = Lines("one.txt", "blue") });
        Assert.Contains("are 1, and the graph gives 2 scores", one, StringComparison.Ordinal);
        Assert.Contains("background", one, StringComparison.Ordinal);
        Assert.Contains("are 3, and the graph gives 2 scores",
            Refusal<ArgumentException>(new() { Model = Graph, Labels = Lines("three.txt", "a", "b", "c") }), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal<ArgumentException>(new() { Model = Graph, Labels = _folder.PathOf("none.txt") }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_and_files_that_are_not_there_are_refused_by_name()
    {
        Assert.Contains("There is no node 'probabilites'. Did you mean 'probabilities'?",
            Refusal<GraphException>(new() { Model = Graph, OutputNode = "probabilites" }), StringComparison.Ordinal);
        Assert.Contains("It does not exist", Refusal<GraphException>(new() { Model = _folder.PathOf("none.pb") }),
            StringComparison.Ordinal);
        Assert.Contains("It gives maps", Refusal<GraphException>(new() { Model = Graph, OutputNode = "maps" }), StringComparison.Ordinal);
        string text = _folder.Write("text.pb", "no graph"u8);
        Assert.Contains("text.pb", Refusal<GraphException>(new() { Model = text }), StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_are_no_images_are_refused_with_what_they_are()
    {
        foreach ((DataType type, long[] shape, string found) in new[]
        {
            (DataType.DtFloat, new long[] { -1, 8, 6, 3 }, "float32 [?, 8, 6, 3]"),
            (DataType.DtFloat, [-1, 8, 8, 4], "float32 [?, 8, 8, 4]"),
            (DataType.DtFloat, [-1, 3], "float32 [?, 3]"),
            (DataType.DtInt32, [-1, 8, 8, 3], "int32 [?, 8, 8, 3]"),
        })
        {
            var graph = new GraphDefs();
            graph.Placeholder("x", type, shape);
            graph.Node("y", "Relu6", "x");
            string file = _folder.Write("other.pb", graph.Definition.ToByteArray());
            string refusal = Refusal<GraphException>(new() { Model = file });
            Assert.Contains($"It takes {found}; square color images are expected", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Wrong_options_are_refused_before_any_work_all_together()
    {
        var wrong = new GraphScoringOptions { InputNode = "x", ScoreColumnName = "Same", PredictedLabelColumnName = "Same" };
        string message = Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ScoreGraph(wrong)).Message;
        foreach (string complaint in new[] { "Model is empty", "InputNode is given and OutputNode is not", "are both 'Same'" })
            Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.Contains("the graph takes 8 × 8", Refusal<ArgumentException>(
            new() { Model = Graph, Preprocessing = Preprocessing.Inception }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_file_whose_description_does_not_fit_its_graph_is_refused()
    {
        byte[] bytes = File.ReadAllBytes(Graph);
        var fitting = new GraphDescription
        {
            Graph = "graph:model.pb", Labels = ["blue", "green"], ImageColumnName = "ImagePath", ScoreColumnName = "Score",
            PredictedLabelColumnName = "PredictedLabel", Preprocessing = Preprocessing.Inception.ForSize(8), Layout = ImageLayout.Auto,
            Softmax = false,
        };
        Assert.Null(Refusal(fitting, bytes));
        foreach (GraphDescription wrong in new[]
        {
            fitting with { Labels = ["blue"] }, fitting with { Graph = "resnet18" },
            fitting with { Preprocessing = Preprocessing.Inception },
            fitting with { Graph = "graph:model.pb#none" }, fitting with { Format = 9 }, fitting with { Layout = (ImageLayout)7 },
        })
            Assert.IsType<InvalidDataException>(Refusal(wrong, bytes));
        Assert.IsType<InvalidDataException>(Refusal(fitting, [1, 2, 3]));

        Exception? Refusal(GraphDescription description, byte[] graph)
        {
            using var model = new GraphModel(graph, "model.pb", GraphImages.Of(bytes, new GraphAddress("model.pb", null, null)));
            var stream = new MemoryStream();
            _ml.Model.Save(new SavingTransformer(
                ctx => ModelPayload.Write(ctx, GraphPayload.Format, ModelDescription.Write(description), model, [])), null, stream);
            return Record.Exception(() => new MLContext().Model.Load(stream, out _))?.InnerException;
        }
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private string Lines(string name, params string[] lines)
    {
        File.WriteAllLines(_folder.PathOf(name), lines);
        return _folder.PathOf(name);
    }

    private GraphTransformer Fit(GraphScoringOptions options) => _ml.Transforms.ScoreGraph(options).Fit(_data);

    private float[][] Scores(ITransformer model) => [.. model.Transform(_data).GetColumn<float[]>("Score")];

    private string Refusal<T>(GraphScoringOptions options) where T : Exception => Assert.ThrowsAny<T>(() => Fit(options)).Message;

    private static void AssertClose(float[][] expected, float[][] actual) => Assert.All(
        expected.SelectMany(each => each).Zip(actual.SelectMany(each => each)),
        pair => Assert.Equal(pair.First, pair.Second, Tolerance));
}
