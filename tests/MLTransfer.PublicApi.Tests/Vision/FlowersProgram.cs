using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using MLTransfer.Vision;

namespace MLTransfer.PublicApi.Tests.Vision;

/// <summary>
/// Classifies flowers, in the manner of ML.NET's API samples: early stopping by the loss, a schedule, saved, loaded, evaluated, and one
/// prediction by the path of an image. For ML.NET its last using is <c>Microsoft.ML.Vision</c>.
/// </summary>
internal sealed class FlowersProgram(TextWriter console)
{
    public MulticlassClassificationMetrics? Metrics { get; private set; }

    public string? Answer { get; private set; }

    public void Run(string folder, string modelPath, Action<ImageClassificationTrainer.Options> adjust)
    {
        MLContext mlContext = new MLContext(seed: 1);
        mlContext.Log += (_, e) =>
        {
            if (e.Message.StartsWith("[Source=ImageClassificationTrainer;", StringComparison.Ordinal))
                console.WriteLine(e.Message);
        };
        IDataView images = mlContext.Data.ShuffleRows(mlContext.Data.LoadFromEnumerable(LoadImages(folder)), seed: 1);
        images = mlContext.Transforms.Conversion
            .MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(images).Transform(images);
        var split = mlContext.Data.TrainTestSplit(images, testFraction: 0.3, seed: 1);
        IDataView testSet = split.TestSet;

        var options = new ImageClassificationTrainer.Options()
        {
            FeatureColumnName = "Image",
            LabelColumnName = "Label",
            Arch = ImageClassificationTrainer.Architecture.MobilenetV2,
            Epoch = 182,
            BatchSize = 4,
            LearningRate = 0.01f,
            EarlyStoppingCriteria = new ImageClassificationTrainer.EarlyStopping(
                minDelta: 0.001f, patience: 3, metric: ImageClassificationTrainer.EarlyStoppingMetric.Loss),
            LearningRateScheduler = new LsrDecay(),
        };
        adjust(options);

        var pipeline = mlContext.Transforms.LoadRawImageBytes("Image", folder, "ImagePath")
            .Append(mlContext.MulticlassClassification.Trainers.ImageClassification(options));
        var trainedModel = pipeline.Fit(split.TrainSet);
        mlContext.Model.Save(trainedModel, images.Schema, modelPath);

        ITransformer loadedModel;
        DataViewSchema schema;
        using (var file = File.OpenRead(modelPath))
            loadedModel = mlContext.Model.Load(file, out schema);
        IDataView predictions = loadedModel.Transform(testSet);
        Metrics = mlContext.MulticlassClassification.Evaluate(predictions);

        VBuffer<ReadOnlyMemory<char>> keys = default;
        loadedModel.GetOutputSchema(schema)["Label"].GetKeyValues(ref keys);
        var originalLabels = keys.DenseValues().ToArray();
        var engine = mlContext.Model.CreatePredictionEngine<ImageData, ImagePrediction>(loadedModel);
        var prediction = engine.Predict(new ImageData { ImagePath = LoadImages(folder).First().ImagePath });
        Answer = $"{originalLabels[prediction.PredictedLabel - 1]} of {prediction.Score.Length}";
    }

    private static IEnumerable<ImageData> LoadImages(string folder) =>
        from file in Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        select new ImageData { ImagePath = file, Label = Directory.GetParent(file)!.Name };

    public sealed class ImageData
    {
        [LoadColumn(0)]
        public string ImagePath { get; set; } = "";

        [LoadColumn(1)]
        public string Label { get; set; } = "";
    }

    public sealed class ImagePrediction
    {
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];

        [ColumnName("PredictedLabel")]
        public uint PredictedLabel { get; set; }
    }
}
