using MLTransfer.Errors;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A backbone with a classifier on top: images (N, 3, H, W), normalized as <see cref="Backbone.Preprocessing"/> says, to logits (N,
/// classes).
/// </summary>
public abstract class ImageModel : NamedModule
{
    private readonly NamedModule _headOwner;
    private readonly double _dropout;

    /// <param name="family">What errors call the network.</param>
    /// <param name="headName">The name of the last linear layer in torchvision's <c>state_dict</c>.</param>
    /// <param name="featureWidth">The width of the vector before it.</param>
    /// <param name="headOwner">The module that has it as a child; null for the network itself.</param>
    /// <param name="dropout">The dropout that the architecture has right before it.</param>
    private protected ImageModel(string family, string headName, int featureWidth, NamedModule? headOwner = null, double dropout = 0)
        : base(family)
    {
        HeadName = headName;
        FeatureWidth = featureWidth;
        _headOwner = headOwner ?? this;
        _dropout = dropout;
    }

    /// <summary>The name of the classifier in the <c>state_dict</c>: <c>fc</c>, <c>classifier.6</c>.</summary>
    public string HeadName { get; }

    /// <summary>The width of the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>The layer groups from input to output, without the head.</summary>
    public abstract IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>The classifier: from <see cref="Features"/> to logits. <see cref="Backbone.Build"/> puts the first one there.</summary>
    public nn.Module<Tensor, Tensor> Head { get; private set; } = null!;

    /// <summary>
    /// Classifiers in the middle of the network, of no use but to help its training. They do not train unless asked. Of most networks:
    /// none.
    /// </summary>
    public virtual IReadOnlyList<AuxiliaryHead> AuxiliaryHeads => [];

    /// <summary>
    /// The bottleneck features (N, <see cref="FeatureWidth"/>) of a batch of images (N, 3, H, W), in float32: the vector before the last
    /// linear layer, and before the dropout that an architecture may have there.
    /// </summary>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        using Tensor maps = Maps(images);
        return Pool(maps).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using Tensor maps = Maps(input);
        return Classify(maps);
    }

    /// <summary>The logits (N, classes) of what the last of <see cref="Groups"/> leaves.</summary>
    public virtual Tensor Classify(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return Head.call(Pool(maps)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The logits (N, classes) of the head, then those of each of <see cref="AuxiliaryHeads"/>, for a training that asks for them.
    /// </summary>
    public IReadOnlyList<Tensor> AllLogits(Tensor images)
    {
        var auxiliary = new List<Tensor>();
        using Tensor maps = Maps(images,
            (group, state) => auxiliary.AddRange(AuxiliaryHeads.Where(head => head.After == group.Name).Select(head => head.call(state))));
        return [Classify(maps), .. auxiliary];
    }

    /// <summary>Puts a new, randomly initialised classifier on top.</summary>
    /// <param name="classes">How many classes it tells apart, at least 1.</param>
    /// <param name="head">What it is made of. Default: null, what the architecture itself has: <see cref="ClassifierHead.Linear"/>, but in
    /// SqueezeNet a convolution over the last maps.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    public void ResetClassifier(int classes, ClassifierHead? head = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        string leaf = HeadName[(HeadName.LastIndexOf('.') + 1)..];
        _headOwner.register_module(leaf, null!);
        Head?.Dispose();
        Head = head is null ? OwnClassifier(classes) : Classifier(classes, head);
        _headOwner.register_module(leaf, Head);
        foreach (AuxiliaryHead auxiliary in AuxiliaryHeads) auxiliary.ResetClassifier(classes);
    }

    /// <summary>
    /// Where the layers to train begin among <see cref="Groups"/>; as many as there are groups when only the head is trained.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    public int FirstTrained(Layers layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.First is not { } name) return 0;
        if (name == HeadName) return Groups.Count;
        int first = Groups.ToList().FindIndex(group => group.Name == name || group.Name.StartsWith(name + ".", StringComparison.Ordinal));
        if (first >= 0) return first;
        string[] names = [.. Groups.Select(group => group.Name), HeadName];
        throw new ArgumentException(
            $"There is no layer '{name}' in {GetName()}.{NearestName.Question(name, names)} Its layers, from input to output: "
            + $"{string.Join(", ", names)}.", nameof(layers));
    }

    /// <summary>What the last group leaves: maps (N, C, H, W), or vectors (N, C).</summary>
    private Tensor Maps(Tensor images, Action<LayerGroup, Tensor>? seen = null)
    {
        Tensor state = images.alias();
        foreach (LayerGroup group in Groups)
        {
            Tensor next = group.Forward(state);
            state.Dispose();
            state = next;
            seen?.Invoke(group, state);
        }

        return state;
    }

    /// <summary>
    /// The features of what the last group leaves, in float32 whatever came in: maps are averaged, vectors are taken as they are.
    /// </summary>
    private protected virtual Tensor Pool(Tensor maps) =>
        maps.dim() == 4 ? maps.to(ScalarType.Float32).mean([2, 3]) : maps.to(ScalarType.Float32, copy: true);

    /// <summary>The classifier that the architecture is published with.</summary>
    private protected virtual nn.Module<Tensor, Tensor> OwnClassifier(int classes) => Classifier(classes, ClassifierHead.Linear);

    /// <summary>The random weights (classes, features) and biases (classes) that the architecture starts its last layer from.</summary>
    private protected virtual void InitialiseClassifier(Tensor weight, Tensor bias) => Initialisation.Linear(weight, bias);

    private nn.Module<Tensor, Tensor> Classifier(int classes, ClassifierHead head) => head.HiddenWidth is { } width
        ? new Sequence([nn.Linear(FeatureWidth, width), nn.ReLU(), nn.Dropout(head.DropoutRate ?? _dropout), nn.Linear(width, classes)])
        : new LinearHead(FeatureWidth, classes, head.DropoutRate ?? _dropout, InitialiseClassifier);
}

/// <summary>One step of a backbone from input to output: what <see cref="Layers.From"/> can name.</summary>
public sealed class LayerGroup
{
    private readonly Func<Tensor, Tensor> _forward;

    internal LayerGroup(string name, IReadOnlyList<nn.Module> modules, Func<Tensor, Tensor> forward)
    {
        Name = name;
        Modules = modules;
        _forward = forward;
    }

    /// <summary>The name of the group, a name of the backbone's <c>state_dict</c>: <c>layer4</c>, <c>features.12</c>.</summary>
    public string Name { get; }

    /// <summary>The modules whose parameters belong to the group.</summary>
    public IReadOnlyList<nn.Module> Modules { get; }

    /// <summary>Runs the group on what the group before it gave.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _forward(input).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// A second classifier in the middle of a network, which is there to bring gradients to the layers below it (Szegedy et al. 2014,
/// https://arxiv.org/abs/1409.4842, section 5). Scores of images never come from it.
/// </summary>
public abstract class AuxiliaryHead : NamedModule
{
    private readonly string _leaf;

    private protected AuxiliaryHead(string stateName, string classifier, string after) : base(nameof(AuxiliaryHead))
    {
        StateName = stateName;
        After = after;
        _leaf = classifier;
    }

    /// <summary>Its name in the <c>state_dict</c>: <c>aux1</c>.</summary>
    public string StateName { get; }

    /// <summary>The name of its last layer in the <c>state_dict</c>, which is made for a number of classes: <c>aux1.fc2</c>.</summary>
    public string ClassifierName => $"{StateName}.{_leaf}";

    /// <summary>The name of the layer group whose output it classifies.</summary>
    public string After { get; }

    private protected LinearHead? Classifier { get; private set; }

    /// <summary>Puts a new, randomly initialised last layer there.</summary>
    internal void ResetClassifier(int classes)
    {
        register_module(_leaf, null!);
        Classifier?.Dispose();
        Classifier = Child(_leaf, BuildClassifier(classes));
    }

    private protected abstract LinearHead BuildClassifier(int classes);
}

/// <summary>
/// A network that also takes weights whose names or shapes are not its own: of an older version, or for images of another size.
/// </summary>
internal interface IAdaptsToWeights
{
    /// <summary>What the network calls a tensor of a file; the same name where it knows no other.</summary>
    string NameOf(string stored);

    /// <summary>Whether a tensor may get another shape. Of most networks: none.</summary>
    bool CanTake(string name, long[] shape) => false;

    /// <summary>Gives a tensor a shape that <see cref="CanTake"/> allows; the numbers it held are lost.</summary>
    void MakeRoom(string name, long[] shape) => throw new NotSupportedException($"The shape of '{name}' is fixed.");
}
