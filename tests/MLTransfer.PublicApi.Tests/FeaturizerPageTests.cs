using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using Tensorboard;

namespace MLTransfer.PublicApi.Tests;

/// <summary>The code of docs/featurizer.md.</summary>
public sealed class FeaturizerPageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    public FeaturizerPageTests() => ColoredFolders.Draw(_folder.CreateSubdirectory("images"), perClass: 12);

    private string Folder => Path.Combine(_folder.FullName, "images");

    [Fact]
    public void Features_and_a_trainer()
    {
        string folder = Folder, file = Path.Combine(_folder.FullName, "model.zip");
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(folder);            // ImagePath, Label

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        ITransformer model = pipeline.Fit(data);
        ml.Model.Save(model, data.Schema, file);                     // with the network inside

        IDataView predicted = new MLContext().Model.Load(file, out _).Transform(data);
        Assert.Equal(data.GetColumn<string>("Label"), predicted.GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void A_layer_with_all_its_positions()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(Folder);
        string cache = Path.Combine(_folder.FullName, "cache");
        var layer3 = ml.Transforms.ExtractImageFeatures(new ImageFeatureOptions
        {
            OutputColumnName = "Maps",
            InputColumnName = "ImagePath",
            Backbone = "embedded",
            Layer = "layer3",                // as 'mlt models NAME' lists them; null: the vector before the classifier
            Pooled = false,                  // all positions: channels, rows, columns; true: their mean for each channel
            ImageSize = 64,
            CacheFolder = cache,
        });
        Assert.Equal(32768, layer3.Fit(data).FeatureWidth);
    }

    [Fact]
    public void What_can_follow()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(Folder);
        var trees = ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree());
        var boosting = ml.MulticlassClassification.Trainers.LightGbm();
        var groups = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        var plane = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.Transforms.ProjectToPrincipalComponents("Plane", "Features", rank: 2));
        var unusual = ml.Transforms.ExtractImageFeatures("Features", "ImagePath", backbone: "embedded")
            .Append(ml.AnomalyDetection.Trainers.RandomizedPca(rank: 2, ensureZeroMean: true));
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Append(groups);
        Assert.Equal(24, keyed.Append(trees).Fit(data).Transform(data).GetColumn<uint>("PredictedLabel").Count());
        Assert.Equal(24, keyed.Append(boosting).Fit(data).Transform(data).GetColumn<uint>("PredictedLabel").Count());
        Assert.Equal(2, plane.Fit(data).Transform(data).GetColumn<float[]>("Plane").First().Length);
        Assert.Equal(24, unusual.Fit(data).Transform(data).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void A_TensorFlow_file_as_a_classifier()
    {
        string graph = Graph(), labels = Path.Combine(_folder.FullName, "labels.txt"), file = Path.Combine(_folder.FullName, "model.zip");
        File.WriteAllLines(labels, ["blue", "red"]);
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(Folder);
        var pipeline = ml.Transforms.ScoreTensorFlowGraph(graph, labels)             // ImagePath is found by its type
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer model = pipeline.Fit(data);
        ml.Model.Save(model, data.Schema, file);                                     // with the graph inside

        IDataView predicted = new MLContext().Model.Load(file, out _).Transform(data);
        Assert.Equal(data.GetColumn<string>("Label"), predicted.GetColumn<string>("PredictedLabel"));

        var custom = ml.Transforms.ScoreGraph(new GraphScoringOptions
        {
            Model = graph,
            Labels = labels,                 // a class on each line
            InputNode = "images",
            OutputNode = "logits",           // softmax is added where the graph does not end with one
            Preprocessing = Preprocessing.Bytes.ForSize(8) with { Channels = ChannelOrder.Bgr },
        });
        Assert.All(custom.Fit(data).Transform(data).GetColumn<float[]>("Score"), score => Assert.Equal(1, score.Sum(), 1e-5));
    }

    [Fact]
    public void A_TensorFlow_file_as_a_backbone()
    {
        string graph = Graph(), cache = Path.Combine(_folder.FullName, "cache");
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(Folder);
        var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            Backbone = $"graph:{graph}#features",        // graph:FILE#OUTPUT or graph:FILE#INPUT,OUTPUT
            CacheFolder = cache,
        });
        using var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(data);
        Assert.Equal("graph:model.pb#features", model.LastTransformer.Backbone);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A graph that tells blue from red by the mean of each channel.</summary>
    private string Graph()
    {
        var graph = new GraphDef { Versions = new VersionDef { Producer = 27 } };
        Node("images", "Placeholder").Attr["dtype"] = new AttrValue { Type = DataType.DtFloat };
        graph.Node[0].Attr["shape"] = new AttrValue { Shape = Shape(-1, 8, 8, 3) };
        Constant("axes", new TensorProto { Dtype = DataType.DtInt32, TensorShape = Shape(2), IntVal = { 1, 2 } });
        Node("features", "Mean", "images", "axes");
        Constant("matrix", new TensorProto { Dtype = DataType.DtFloat, TensorShape = Shape(3, 2), FloatVal = { 0, 5, 0, 0, 5, 0 } });
        Node("logits", "MatMul", "features", "matrix");
        string file = Path.Combine(_folder.FullName, "model.pb");
        File.WriteAllBytes(file, graph.ToByteArray());
        return file;

        NodeDef Node(string name, string operation, params string[] inputs)
        {
            var node = new NodeDef { Name = name, Op = operation, Input = { inputs } };
            graph.Node.Add(node);
            return node;
        }

        void Constant(string name, TensorProto value)
        {
            NodeDef node = Node(name, "Const");
            node.Attr["dtype"] = new AttrValue { Type = value.Dtype };
            node.Attr["value"] = new AttrValue { Tensor = value };
        }

        static TensorShapeProto Shape(params long[] sizes)
        {
            var shape = new TensorShapeProto();
            foreach (long size in sizes) shape.Dim.Add(new TensorShapeProto.Types.Dim { Size = size });
            return shape;
        }
    }
}
