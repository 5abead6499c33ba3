using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using MLTransfer.Imaging;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A network architecture: its name, its inputs and outputs, and how it is built.</summary>
public sealed partial class Backbone
{
    private readonly Func<ImageModel> _build;
    private readonly Lazy<ParameterCounts> _counts;

    /// <summary>Describes a custom network; <see cref="ModelZoo.Register"/> adds it to the zoo.</summary>
    /// <param name="name">Its name in options and in model files: letters, digits, '_', '-' and '.'.</param>
    /// <param name="family">The architecture it is a variant of, for display.</param>
    /// <param name="featureWidth">The width of the vector before the classifier.</param>
    /// <param name="preprocessing">The preprocessing that its weights expect.</param>
    /// <param name="build">Builds the network with random weights, a new one at each call; safe to call from any thread.</param>
    /// <exception cref="ArgumentException">The name is empty or has other characters.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="featureWidth"/> is below 1.</exception>
    public Backbone(string name, string family, int featureWidth, Preprocessing preprocessing, Func<ImageModel> build)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(family);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureWidth, 1);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(build);
        if (!AllowedName().IsMatch(name))
            throw new ArgumentException(
                $"'{name}' cannot be the name of a backbone; expected: letters, digits, '_', '-' and '.'.", nameof(name));
        Name = name;
        Family = family;
        FeatureWidth = featureWidth;
        Preprocessing = preprocessing;
        Classes = 0;
        _build = build;
        _counts = new(CountParameters);
    }

    /// <summary>A backbone of this library: its parameters are stated, so that listing the zoo builds no network.</summary>
    internal Backbone(string name, string family, int featureWidth, long parameters, Preprocessing preprocessing, Func<ImageModel> build)
        : this(name, family, featureWidth, preprocessing, build)
    {
        Classes = 1000;
        _counts = new(() => new(
            parameters, parameters - Classes * (FeatureWidth + (ClassifierHasBias ? 1L : 0)), AuxiliaryParameters));
    }

    /// <summary>The name in options, in model files and on the command line.</summary>
    public string Name { get; }

    /// <summary>The architecture it is a variant of.</summary>
    public string Family { get; }

    /// <summary>The width of the bottleneck features, the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>
    /// The number of trainable parameters, with a classifier of <see cref="Classes"/> classes where there are any. For a network of your
    /// own, the first call builds it to count them.
    /// </summary>
    public long Parameters => _counts.Value.All;

    /// <summary>The number of parameters before the classifier.</summary>
    public long BodyParameters => _counts.Value.Body;

    /// <summary>
    /// Multiply-adds for one image of the default size, in convolutions and matrix products; 0 where not known. A billion of them is what
    /// torchvision and timm list as one GFLOP.
    /// </summary>
    public long MultiplyAdds { get => field > 0 ? field : MultiplyAddCounts.Find(Name) ?? 0; init; }

    /// <summary>The number of classes of the pretrained weights; 0 where they have no classifier. Default: 0.</summary>
    public int Classes { get; init; }

    /// <summary>
    /// The weights that the option value <c>default</c> stands for: a file, or an address with its hash,
    /// <c>https://host/name.pth#sha256=HASH</c>. Null: those of the catalog, if there are any.
    /// </summary>
    public string? DefaultWeights { get; init; }

    /// <summary>The preprocessing that the pretrained weights expect.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The smallest side of a square image that the network takes, in pixels. Default: 1.</summary>
    public int MinimumImageSize { get => InputSizes.Minimum; init => InputSizes = InputSizes with { Minimum = value }; }

    /// <summary>The side of an image must be a multiple of this, in pixels. Default: 1.</summary>
    public int ImageSizeMultiple { get => InputSizes.Multiple; init => InputSizes = InputSizes with { Multiple = value }; }

    /// <summary>Which images the network takes. Default: any size.</summary>
    internal InputSizes InputSizes { get; init; } = InputSizes.Any;

    /// <summary>The part of <see cref="BodyParameters"/> that every weights file has: all but the auxiliary heads.</summary>
    internal long RequiredBodyParameters => _counts.Value.Body - _counts.Value.Auxiliary;

    /// <summary>Whether <see cref="ImageModel.AuxiliaryHeads"/> has any.</summary>
    internal bool HasAuxiliaryHeads => _counts.Value.Auxiliary > 0;

    /// <summary>The number of parameters of <see cref="ImageModel.AuxiliaryHeads"/>, with as many classes. Default: 0.</summary>
    internal long AuxiliaryParameters { get; init; }

    /// <summary>Whether the published classifier has a bias. Default: true.</summary>
    internal bool ClassifierHasBias { get; init; } = true;

    /// <summary>Builds the network with random weights, drawn from torch's generator.</summary>
    /// <param name="classes">The number of classes of its classifier, at least 1.</param>
    /// <param name="head">The layers of the classifier. Default: null, those of the architecture itself.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public ImageModel Build(int classes, ClassifierHead? head = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        TorchLibrary.Require();
        ImageModel model = _build();
        model.ResetClassifier(classes, head);
        // The model owns its weights: a dispose scope around this call must not dispose them.
        foreach (Tensor weight in model.state_dict().Values) weight.DetachFromDisposeScope();
        return model;
    }

    /// <summary>
    /// Builds the network and checks what training, scoring and saving rely on: its groups hold every weight once, features and logits have
    /// their shapes, gradients reach all weights, the classifier can be replaced. <see cref="ModelZoo.Register"/> does this too.
    /// </summary>
    /// <exception cref="InvalidOperationException">The network violates these requirements; the message lists every violation.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public void Verify()
    {
        int classes = 2, side = Preprocessing.CropTo;
        IReadOnlyList<string> violations = WithNewModel(classes, model => BackboneContract.FindViolations(
            this, model, classes, linspace(-1, 1, 2 * 3 * side * side).view(2, 3, side, side)));
        if (violations.Count > 0)
            throw new InvalidOperationException($"The backbone '{Name}' cannot be used. {string.Join(" ", violations)}");
    }

    /// <summary>Refuses images of a size that the network cannot take.</summary>
    /// <param name="size">The side of the square that the network sees, in pixels.</param>
    /// <exception cref="ArgumentException">The size is unsupported; the message says which sizes are supported.</exception>
    public void CheckInputSize(int size)
    {
        if (InputSizes.Complaint(size) is { } complaint)
            throw new ArgumentException($"{Name} cannot see images of {size} × {size} pixels: {complaint}", nameof(size));
    }

    private ParameterCounts CountParameters() => WithNewModel(Math.Max(1, Classes), model =>
    {
        static long Count(IEnumerable<nn.Module> modules) =>
            modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
        long all = Count([model]), head = Count([model.Head]);
        return new ParameterCounts(Classes == 0 ? all - head : all, all - head, Count(model.AuxiliaryHeads));
    });

    // Restores the generator: building a network only to inspect it must not change the random weights of the next training.
    private T WithNewModel<T>(int classes, Func<ImageModel, T> look)
    {
        TorchLibrary.Require();
        using var scope = NewDisposeScope();
        Tensor generator = random.get_rng_state();
        try
        {
            using ImageModel model = Build(classes);
            return look(model);
        }
        finally
        {
            random.set_rng_state(generator);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]+$")]
    private static partial Regex AllowedName();

    private sealed record ParameterCounts(long All, long Body, long Auxiliary);
}

/// <summary>Which images a network takes: squares of how many pixels.</summary>
internal sealed record InputSizes
{
    /// <summary>All sizes.</summary>
    public static InputSizes Any { get; } = new();

    /// <summary>The smallest side in pixels. Default: 1.</summary>
    public int Minimum { get; init; } = 1;

    /// <summary>The side must be a multiple of this. Default: 1.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Images of that side or a longer one: below it, the last pooling would leave no pixel.</summary>
    public static InputSizes AtLeast(int side) => new() { Minimum = side };

    /// <summary>Images of that side or a multiple of it, for networks that split images into patches.</summary>
    public static InputSizes MultiplesOf(int side) => new() { Minimum = side, Multiple = side };

    /// <summary>What is wrong with a size, as the end of a sentence; null when nothing is.</summary>
    public string? Complaint(int size) => size switch
    {
        _ when size % Multiple != 0 =>
            $"it takes multiples of {Multiple}, such as {Math.Max(Minimum, (size + Multiple / 2) / Multiple * Multiple)}.",
        _ when size < Minimum => $"it needs at least {Minimum} × {Minimum}.",
        _ => null,
    };
}

/// <summary>
/// The multiply-adds of each network, <c>multiply-add-counts.json</c>: counted by running torchvision's networks at the size of their
/// default weights (<c>benchmarks/multiply_adds.py</c>), and by hand for those that torchvision does not have.
/// </summary>
internal static class MultiplyAddCounts
{
    private static readonly Lazy<FrozenDictionary<string, long>> Counts = new(Read);

    public static long? Find(string backbone) => Counts.Value.TryGetValue(backbone, out long count) ? count : null;

    private static FrozenDictionary<string, long> Read()
    {
        using Stream stream =
            typeof(MultiplyAddCounts).Assembly.GetManifestResourceStream("MLTransfer.Models.multiply-add-counts.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, long>>(stream)!.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
