using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Interactive.Tests;

/// <summary>A few drawn images whose classes have hostile names, and a model of them.</summary>
public sealed class Shapes : IDisposable
{
    /// <summary>What every name of a class begins with.</summary>
    public const string Hostile = "<script>alert('&\"')</script>";

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<ImageClassificationTransformer> _model;
    private readonly Lazy<ImageDataInspection> _inspection;

    public Shapes()
    {
        ImageDataset drawn = SampleImages.DrawShapes(_folder.Path, trainingPerClass: 4, validationPerClass: 2);
        Dataset = new(drawn.Path, drawn.Format, [.. drawn.Rows.Select(row => row with { Label = Hostile + row.Label })]);
        _inspection = new(() => new MLContext(seed: 1).Data.InspectImages(Dataset, new() { Backbone = "embedded" }));
        _model = new(() => Train(new FeatureExtractionOptions { Backbone = "embedded", Epochs = 3 }));
    }

    public ImageDataset Dataset { get; }

    public ImageDataInspection Inspection => _inspection.Value;

    public ImageClassificationTransformer Model => _model.Value;

    /// <summary>Trains on the images, and validates on others.</summary>
    public ImageClassificationTransformer Train(FeatureExtractionOptions options)
    {
        var ml = new MLContext(seed: 1);
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(options with
            {
                Validation = ml.Data.LoadImages(Dataset.Part("val")),
            }))
            .Fit(ml.Data.LoadImages(Dataset.Part("train"))).LastTransformer;
    }

    /// <summary>Searches for a model of the images.</summary>
    public ImageClassificationTransformer Search(TimeSpan budget)
    {
        var ml = new MLContext(seed: 1);
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.AutoTraining(new AutoOptions
            {
                Backbone = "embedded", Budget = budget, ValidationFraction = 0.5,
            }))
            .Fit(ml.Data.LoadImages(Dataset.Part("train"))).LastTransformer;
    }

    public void Dispose()
    {
        if (_model.IsValueCreated) _model.Value.Dispose();
        _folder.Dispose();
    }
}
