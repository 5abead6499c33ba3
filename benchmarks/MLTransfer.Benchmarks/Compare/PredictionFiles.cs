using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using Microsoft.ML.Transforms.Onnx;
using MLTransfer.Data;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>One trained network in the form of each library, and the images to classify.</summary>
internal sealed class PredictionFiles
{
    private const int Epochs = 3;

    private readonly int _threads;

    private PredictionFiles(CompareSettings settings)
    {
        _threads = settings.Threads;
        Preprocessing = settings.Backbone.Preprocessing;
        Images = [.. ImageFolder.List(settings.Validation).Select(file => file.ImagePath)];
        Classes = Directory.GetDirectories(settings.Training).Length;
        Model = Path.Combine(settings.Scratch, "model.zip");
        Onnx = Path.Combine(settings.Scratch, "model.onnx");
        Pipeline = Path.Combine(settings.Scratch, "onnx-pipeline.zip");
        Weights = Path.Combine(settings.Scratch, "model.pth");
    }

    /// <summary>A model of this library.</summary>
    internal string Model { get; }

    /// <summary>The same exported, with normalization.</summary>
    internal string Onnx { get; }

    /// <summary>A saved pipeline of ML.NET's own transforms with the exported network.</summary>
    internal string Pipeline { get; }

    /// <summary>Weights of the same network by PyTorch, random ones.</summary>
    internal string Weights { get; }

    internal Preprocessing Preprocessing { get; }

    internal IReadOnlyList<string> Images { get; }

    internal int Classes { get; }

    /// <summary>All images, decoded by several threads.</summary>
    internal IEnumerable<ImageBatch> Batches(CancellationToken cancel) =>
        new BatchLoader([.. Images.Select(path => new FileImage(path))], Preprocessing.EvaluationTransforms(), threads: _threads)
            .Load([.. Enumerable.Range(0, Images.Count)], cancellation: cancel);

    /// <summary>Makes them, unless an earlier job did.</summary>
    internal static async Task<PredictionFiles> MakeAsync(CompareSettings settings, CancellationToken cancel)
    {
        var files = new PredictionFiles(settings);
        if (File.Exists(files.Pipeline)) return files;
        await PythonPredictor.SaveAsync(settings, files, cancel).ConfigureAwait(false);
        var ml = new MLContext(seed: 1);
        var train = ml.Data.LoadImageFolder(settings.Training);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
            {
                Backbone = settings.Backbone.Name, Weights = settings.Weights ?? "none", Epochs = Epochs, Cancellation = cancel,
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using (var model = pipeline.Fit(train))
        {
            cancel.ThrowIfCancellationRequested();
            ml.Model.Save(model, train.Schema, files.Model);
            model.SaveOnnx(files.Onnx);
        }
        files.SavePipeline(ml);
        return files;
    }

    private void SavePipeline(MLContext ml)
    {
        var images = ml.Data.LoadFromEnumerable([new ImageFile { ImagePath = Images[0] }]);
        var side = Preprocessing.CropTo;
        var pipeline = ml.Transforms.LoadImages("Image", "", nameof(ImageFile.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", side, side, resizing: ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(ml.Transforms.ExtractPixels(OnnxModel.Input, "Image", interleavePixelColors: true, outputAsFloatArray: false))
            .Append(ml.Transforms.ApplyOnnxModel(new OnnxOptions
            {
                ModelFile = Onnx, InputColumns = [OnnxModel.Input], OutputColumns = [OnnxModel.Output], IntraOpNumThreads = _threads,
                ShapeDictionary = new Dictionary<string, int[]> { [OnnxModel.Input] = [1, side, side, 3] },
            }));
        using var model = pipeline.Fit(images);
        ml.Model.Save(model, images.Schema, Pipeline);
    }
}
