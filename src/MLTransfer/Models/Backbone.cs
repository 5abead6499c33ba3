using System.Collections.Frozen;
using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A network of the zoo: what it is called, what it takes and gives, how it is built.</summary>
public sealed record Backbone
{
    private readonly Func<ImageModel> _build;

    internal Backbone(string name, string family, int featureWidth, long parameters, Preprocessing preprocessing, Func<ImageModel> build)
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

    /// <summary>How many of them are trained before the classifier.</summary>
    public long BodyParameters => Parameters - Classes * (FeatureWidth + (ClassifierHasBias ? 1L : 0));

    /// <summary>
    /// Multiplications with an addition that one image of the default size costs, in convolutions and matrix products: a billion of them is
    /// what torchvision and timm list as one GFLOP.
    /// </summary>
    public long MultiplyAdds => Operations.Of(Name);

    /// <summary>How many numbers are trained in <see cref="ImageModel.AuxiliaryHeads"/>, of as many classes. Default: 0.</summary>
    internal long AuxiliaryParameters { get; init; }

    /// <summary>Whether the classifier that the architecture is published with adds a number to each score.</summary>
    internal bool ClassifierHasBias { get; init; } = true;

    /// <summary>The number of classes of the published weights; 0 where they come without a classifier.</summary>
    public int Classes { get; internal init; } = 1000;

    /// <summary>What the published weights expect an image to go through.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Which images the network can take. Default: any size.</summary>
    public InputSizes InputSizes { get; internal init; } = InputSizes.Any;

    /// <summary>Builds the network with random weights, drawn from torch's generator.</summary>
    /// <param name="classes">The number of classes of its classifier, at least 1.</param>
    /// <param name="head">What the classifier is made of. Default: null, what the architecture itself has.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public ImageModel Build(int classes, ClassifierHead? head = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        TorchLibrary.Require();
        ImageModel model = _build();
        model.ResetClassifier(classes, head);
        // The model owns its weights: a dispose scope around this call must not end them.
        foreach (Tensor weight in model.state_dict().Values) weight.DetachFromDisposeScope();
        return model;
    }

    /// <summary>Refuses images of a size that the network cannot take.</summary>
    /// <param name="size">The side in pixels of the square that the network shall see.</param>
    /// <exception cref="ArgumentException">The message says which sizes it takes.</exception>
    public void CheckInputSize(int size)
    {
        if (InputSizes.Complaint(size) is { } complaint)
            throw new ArgumentException($"{Name} cannot see images of {size} × {size} pixels: {complaint}", nameof(size));
    }
}

/// <summary>Which images a network can take: squares of how many pixels.</summary>
public sealed record InputSizes
{
    /// <summary>Whatever there is.</summary>
    public static InputSizes Any { get; } = AtLeast(1);

    /// <summary>The smallest side in pixels.</summary>
    public int Least { get; private init; }

    /// <summary>What the side must be a multiple of. Default 1.</summary>
    public int Step { get; private init; } = 1;

    /// <summary>Images of that side or a longer one: below it, no pixel is left behind the last pooling.</summary>
    internal static InputSizes AtLeast(int side) => new() { Least = side };

    /// <summary>Images of that side or a multiple of it, as networks take that cut images into patches.</summary>
    internal static InputSizes MultiplesOf(int side) => new() { Least = side, Step = side };

    /// <summary>What is wrong with a size, as the end of a sentence; null when nothing is.</summary>
    internal string? Complaint(int size) => size switch
    {
        _ when size % Step != 0 => $"it takes multiples of {Step}, such as {Math.Max(Least, (size + Step / 2) / Step * Step)}.",
        _ when size < Least => $"it needs at least {Least} × {Least}.",
        _ => null,
    };
}

/// <summary>
/// What each network costs to run: <c>operations.json</c>, counted by running torchvision's networks at the size of their default weights
/// (<c>benchmarks/operations.py</c>), and by hand for those that torchvision has not.
/// </summary>
internal static class Operations
{
    private static readonly Lazy<FrozenDictionary<string, long>> Counts = new(Read);

    public static long Of(string backbone) => Counts.Value[backbone];

    private static FrozenDictionary<string, long> Read()
    {
        using Stream stream = typeof(Operations).Assembly.GetManifestResourceStream("MLTransfer.Models.operations.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, long>>(stream)!.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
