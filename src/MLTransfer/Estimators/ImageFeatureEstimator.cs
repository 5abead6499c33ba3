using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// Loads a pretrained backbone that turns images into features for other trainers. Needs a column of images; adds a vector of single.
/// </summary>
public sealed class ImageFeatureEstimator : IEstimator<ImageFeatureTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly ImageFeatureOptions _options;
    private readonly BackboneChoice _choice;
    private readonly int _seed;

    internal ImageFeatureEstimator(IHostEnvironment environment, ImageFeatureOptions options)
    {
        (_environment, _options) = (environment, options);
        _choice = options.Resolve();
        _seed = MLNetInternals.Seed(environment) ?? 0;
    }

    /// <summary>Loads the backbone and its weights; no image is read.</summary>
    /// <param name="input">The images; only the schema is used.</param>
    /// <exception cref="ArgumentException">The column of images does not exist, or does not hold images.</exception>
    /// <exception cref="WeightsException">The weights are missing or unreadable, or belong to another network.</exception>
    /// <exception cref="IOException">The folder of the cache cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The download of the weights, or opening the cache, was canceled.</exception>
    public ImageFeatureTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        string column = ImageColumn.Find(input.Schema, _options.InputColumnName, option: nameof(_options.InputColumnName)).Name;
        Device device = Devices.Resolve(_options.Device);
        using StartingModel? start = StartingModel.Open(_choice);
        var backbone = PretrainedBackbone.Get(_environment, _options, _choice, _seed, start);
        // The head is not used; a network has one.
        ImageModel model = backbone.Build(["features"], ClassifierHead.Linear, device);
        try
        {
            var description = new FeatureDescription
            {
                Backbone = _choice.Backbone.Name,
                Layer = _options.Layer,
                Pooled = _options.Pooled,
                InputColumnName = column,
                OutputColumnName = _options.OutputColumnName,
                Preprocessing = backbone.Preprocessing,
                Precision = _options.Precision,
            };
            return ImageFeatureTransformer.Create(_environment, model, description, device, _options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Require(inputSchema, _options.InputColumnName);
        SchemaShape.Column features = MLNetInternals.Column(
            _options.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(inputSchema.Where(column => column.Name != features.Name).Append(features));
    }
}
