using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A network of the zoo: what it is called, what it takes and gives, how it is built.</summary>
public sealed record Backbone
{
    private readonly Func<int, ImageModel> _build;

    internal Backbone(string name, string family, int featureWidth, long parameters, Preprocessing preprocessing, Func<int, ImageModel> build)
    {
        Name = name;
        Family = family;
        FeatureWidth = featureWidth;
        Parameters = parameters;
        Preprocessing = preprocessing;
        _build = build;
    }

    /// <summary>The name in options and on the command line.</summary>
    public string Name { get; }

    /// <summary>The family it belongs to.</summary>
    public string Family { get; }

    /// <summary>The width of the bottleneck features, the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>How many numbers are trained, with a classifier of <see cref="Classes"/> classes where it has one.</summary>
    public long Parameters { get; }

    /// <summary>The number of classes of the published weights; 0 where they come without a classifier.</summary>
    public int Classes { get; internal init; } = 1000;

    /// <summary>What the published weights expect a picture to go through.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Builds the network with random weights, drawn from torch's generator.</summary>
    /// <param name="classes">The number of classes of its head, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    public ImageModel Build(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ImageModel model = _build(classes);
        // The model owns its weights: a dispose scope around this call must not end them.
        foreach (Tensor weight in model.state_dict().Values) weight.DetachFromDisposeScope();
        return model;
    }
}
