using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>A network architecture: its name, its inputs and outputs, and how it is built.</summary>
public sealed partial class Backbone
{
    private const int ClassesToTry = 2;
    private readonly Func<ImageModel> _build;
    private readonly long? _statedParameters;
    private volatile ParameterCounts? _counts;

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
        _build = build;
    }

    /// <summary>A backbone of this library: its parameters are stated, so that listing the zoo builds no network.</summary>
    internal Backbone(string name, string family, int featureWidth, long parameters, Preprocessing preprocessing, Func<ImageModel> build)
        : this(name, family, featureWidth, preprocessing, build)
    {
        Classes = 1000;
        _statedParameters = parameters;
    }

    /// <summary>The name in options, in model files and on the command line.</summary>
    public string Name { get; private init; }

    /// <summary>The architecture it is a variant of.</summary>
    public string Family { get; }

    /// <summary>The width of the bottleneck features, the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>
    /// The number of trainable parameters, with a classifier of <see cref="Classes"/> classes where there are any. For a network of your
    /// own that is not registered, the first call builds it to count them.
    /// </summary>
    public long Parameters => Counts.All;

    /// <summary>The number of parameters before the classifier.</summary>
    public long BodyParameters => Counts.Body;

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

    /// <summary>Whether it is a file that holds the network and its weights, which are never trained.</summary>
    internal bool IsFrozen { get; private init; }

    /// <summary>The smallest side of a square image that the network takes, in pixels. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MinimumImageSize
    {
        get => InputSizes.Minimum;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MinimumImageSize));
            InputSizes = InputSizes with { Minimum = value };
        }
    }

    /// <summary>The side of an image must be a multiple of this, in pixels. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int ImageSizeMultiple
    {
        get => InputSizes.Multiple;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(ImageSizeMultiple));
            InputSizes = InputSizes with { Multiple = value };
        }
    }

    /// <summary>Which images the network takes. Default: any size.</summary>
    internal InputSizes InputSizes { get; init; } = InputSizes.Any;

    /// <summary>The part of <see cref="BodyParameters"/> that every weights file has: all but the auxiliary heads.</summary>
    internal long RequiredBodyParameters => Counts.Body - Counts.Auxiliary;

    /// <summary>Whether <see cref="ImageModel.AuxiliaryHeads"/> has any.</summary>
    internal bool HasAuxiliaryHeads => Counts.Auxiliary > 0;

    /// <summary>The number of parameters of <see cref="ImageModel.AuxiliaryHeads"/>, with as many classes. Default: 0.</summary>
    internal long AuxiliaryParameters { get; init; }

    /// <summary>Whether the published classifier has a bias. Default: true.</summary>
    internal bool ClassifierHasBias { get; init; } = true;

    private ParameterCounts Counts => _counts ??= _statedParameters is { } parameters
        ? new(parameters, parameters - Classes * (FeatureWidth + (ClassifierHasBias ? 1L : 0)), AuxiliaryParameters)
        : WithNewModel((model, _) => Count(model));

    /// <summary>A backbone that is a file with its weights in it; its name may be anything.</summary>
    internal static Backbone OfFile(
        string name, string family, int featureWidth, Preprocessing preprocessing, Func<ImageModel> build, int? size) =>
        new(family, family, featureWidth, preprocessing, build)
        {
            Name = name, IsFrozen = true, InputSizes = InputSizes.Any with { Only = size },
        };

    /// <summary>Builds the network with random weights, drawn from torch's generator.</summary>
    /// <param name="classes">The number of classes of its classifier, at least 1.</param>
    /// <param name="head">The layers of the classifier. Default: null, those of the architecture itself.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">The function that builds it returned null.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public ImageModel Build(int classes, ClassifierHead? head = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        TorchLibrary.Require();
        ImageModel model = RandomState.Alone(() =>
        {
            ImageModel built = _build() ?? throw new InvalidOperationException(
                $"The function that builds the backbone '{Name}' returned null instead of a network.");
            built.ResetClassifier(classes, head);
            return built;
        });
        // The model owns its weights: a dispose scope around this call must not dispose them.
        foreach (Tensor weight in model.state_dict().Values) weight.DetachFromDisposeScope();
        return model;
    }

    /// <summary>
    /// As <see cref="Build"/>, for a network whose weights will be loaded: they are zero, which takes less time than to draw them. Model
    /// files have no auxiliary heads, so a network with these gets random weights.
    /// </summary>
    internal ImageModel BuildToLoad(int classes, ClassifierHead? head = null) =>
        AuxiliaryParameters > 0 ? Build(classes, head) : Initialization.LeaveOut(() => Build(classes, head));

    /// <summary>
    /// Builds the network once and checks what training, scoring and saving rely on: its groups can be told apart by name and hold every
    /// weight once, the classifier has its name and can be replaced, auxiliary heads follow a group, the network takes images of the size
    /// of its preprocessing, features and logits have their shapes and are the same for the same images, a form for export gives the same,
    /// gradients reach all weights. It leaves torch's random numbers as they were. <see cref="ModelZoo.Register"/> does this too.
    /// </summary>
    /// <exception cref="InvalidOperationException">The network violates these requirements; the message lists the violations.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to add or install.</exception>
    public void Verify()
    {
        int side = Preprocessing.CropTo;
        IReadOnlyList<string> violations = WithNewModel((model, classes) =>
        {
            // Counted here, so that nothing builds the network again in the middle of a training.
            if (_statedParameters is null) _counts ??= Count(model);
            return BackboneContract.FindViolations(
                this, model, classes, linspace(-1, 1, 2 * 3 * side * side).view(2, 3, side, side));
        });
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

    /// <summary>Refuses the name of a layer that the network does not have; builds it to know its layers.</summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    internal void CheckLayer(string layer) => WithNewModel((model, _) => model.LastOf(layer));

    private ParameterCounts Count(ImageModel model)
    {
        static long Sum(IEnumerable<nn.Module> modules) =>
            modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
        long all = Sum([model]), head = Sum([model.Head]);
        return new ParameterCounts(Classes == 0 ? all - head : all, all - head, Sum(model.AuxiliaryHeads));
    }

    private T WithNewModel<T>(Func<ImageModel, int, T> look)
    {
        TorchLibrary.Require();
        return RandomState.Kept(() =>
        {
            using var scope = NewDisposeScope();
            int classes = Classes > 0 ? Classes : ClassesToTry;
            using ImageModel model = Build(classes);
            return look(model, classes);
        });
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]+$")]
    private static partial Regex AllowedName();

    private sealed record ParameterCounts(long All, long Body, long Auxiliary);
}

/// <summary>
/// The state of torch's random numbers. There is one generator per process: who seeds it or needs a row of its numbers takes a turn here.
/// Trainings that run at the same time still mix their draws, as in dropout.
/// </summary>
internal static class RandomState
{
    private static readonly Lock Turn = new();

    /// <summary>Starts the generator anew.</summary>
    public static void Seed(long seed)
    {
        lock (Turn) manual_seed(seed);
    }

    /// <summary>Builds something from the next random numbers, of which no other thread that asks here takes one.</summary>
    public static T Alone<T>(Func<T> build)
    {
        lock (Turn) return build();
    }

    /// <summary>Builds something from the random numbers of a seed.</summary>
    public static T From<T>(long seed, Func<T> build) => Alone(() =>
    {
        manual_seed(seed);
        return build();
    });

    /// <summary>
    /// Runs what only inspects a network and restores the generator, so that the random weights of the next training do not change. One at
    /// a time: otherwise a thread would restore what another one has drawn.
    /// </summary>
    public static T Kept<T>(Func<T> inspect) => Alone(() =>
    {
        using Tensor generator = random.get_rng_state();
        try
        {
            return inspect();
        }
        finally
        {
            random.set_rng_state(generator);
        }
    });
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

    /// <summary>The only side in pixels; null: others are possible. Default: null.</summary>
    public int? Only { get; init; }

    /// <summary>Images of that side or a longer one: below it, the last pooling would leave no pixel.</summary>
    public static InputSizes AtLeast(int side) => new() { Minimum = side };

    /// <summary>Images of that side or a multiple of it, for networks that split images into patches.</summary>
    public static InputSizes MultiplesOf(int side) => new() { Minimum = side, Multiple = side };

    /// <summary>What is wrong with a size, as the end of a sentence; null when nothing is.</summary>
    public string? Complaint(int size)
    {
        long smallest = ((long)Minimum + Multiple - 1) / Multiple * Multiple;
        return size switch
        {
            _ when Only is { } only && size != only => $"it takes {only} × {only} only.",
            _ when size % Multiple != 0 =>
                $"it takes multiples of {Multiple}, such as {Math.Max(smallest, ((long)size + Multiple / 2) / Multiple * Multiple)}.",
            _ when size < Minimum => $"it needs at least {smallest} × {smallest}.",
            _ => null,
        };
    }
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
