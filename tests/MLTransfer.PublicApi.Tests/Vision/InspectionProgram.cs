using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.ML;
using MLTransfer.Vision;
using static Microsoft.ML.DataOperationsCatalog;

namespace MLTransfer.PublicApi.Tests.Vision;

/// <summary>
/// Looks for defects on images, in the manner of ML.NET's tutorials: images and labels are prepared first, then split. For ML.NET its last
/// using is <c>Microsoft.ML.Vision</c>.
/// </summary>
internal sealed class InspectionProgram(TextWriter console)
{
    public string[] Run(string assets, string workspace, Action<ImageClassificationTrainer.Options> adjust)
    {
        MLContext mlContext = new MLContext(seed: 1);
        IDataView imageData = mlContext.Data.LoadFromEnumerable(LoadImages(assets));
        IDataView shuffledData = mlContext.Data.ShuffleRows(imageData, seed: 1);

        var preprocessing = mlContext.Transforms.Conversion.MapValueToKey(inputColumnName: "Label", outputColumnName: "LabelAsKey")
            .Append(mlContext.Transforms.LoadRawImageBytes(outputColumnName: "Image", imageFolder: assets, inputColumnName: "ImagePath"));
        IDataView prepared = preprocessing.Fit(shuffledData).Transform(shuffledData);

        TrainTestData trainSplit = mlContext.Data.TrainTestSplit(data: prepared, testFraction: 0.4, seed: 1);
        TrainTestData validationTestSplit = mlContext.Data.TrainTestSplit(trainSplit.TestSet, testFraction: 0.5, seed: 1);

        var classifierOptions = new ImageClassificationTrainer.Options()
        {
            FeatureColumnName = "Image",
            LabelColumnName = "LabelAsKey",
            ValidationSet = validationTestSplit.TrainSet,
            Arch = ImageClassificationTrainer.Architecture.MobilenetV2,
            MetricsCallback = (metrics) => console.WriteLine(metrics),
            TestOnTrainSet = false,
            ReuseTrainSetBottleneckCachedValues = true,
            ReuseValidationSetBottleneckCachedValues = true,
            WorkspacePath = workspace
        };
        adjust(classifierOptions);

        var trainingPipeline = mlContext.MulticlassClassification.Trainers.ImageClassification(classifierOptions)
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer trainedModel = trainingPipeline.Fit(trainSplit.TrainSet);

        ClassifySingleImage(mlContext, validationTestSplit.TestSet, trainedModel);
        return ClassifyImages(mlContext, prepared, trainedModel);
    }

    private void ClassifySingleImage(MLContext mlContext, IDataView data, ITransformer trainedModel)
    {
        PredictionEngine<ModelInput, ModelOutput> predictionEngine =
            mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(trainedModel);
        ModelInput image = mlContext.Data.CreateEnumerable<ModelInput>(data, reuseRowObject: true).First();
        OutputPrediction(predictionEngine.Predict(image));
    }

    private string[] ClassifyImages(MLContext mlContext, IDataView data, ITransformer trainedModel)
    {
        IDataView predictionData = trainedModel.Transform(data);
        var predictions = mlContext.Data.CreateEnumerable<ModelOutput>(predictionData, reuseRowObject: false).ToArray();
        foreach (var prediction in predictions)
            OutputPrediction(prediction);
        return [.. predictions.Select(prediction => prediction.PredictedLabel)];
    }

    private void OutputPrediction(ModelOutput prediction) => console.WriteLine(
        $"Image: {Path.GetFileName(prediction.ImagePath)} | Actual: {prediction.Label} | Predicted: {prediction.PredictedLabel}");

    private static IEnumerable<ImageData> LoadImages(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*", searchOption: SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is ".jpg" or ".png")
                yield return new ImageData() { ImagePath = file, Label = Directory.GetParent(file)!.Name };
        }
    }

    public sealed class ImageData
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    public sealed class ModelInput
    {
        public byte[] Image { get; set; } = [];

        public uint LabelAsKey { get; set; }

        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    public sealed class ModelOutput
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";

        public string PredictedLabel { get; set; } = "";
    }
}
