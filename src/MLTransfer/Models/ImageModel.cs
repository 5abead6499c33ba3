using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A backbone with a classifier on top: images (N, 3, H, W), normalized as <see cref="Backbone.Preprocessing"/> says, to logits (N, classes).
/// </summary>
public abstract class ImageModel : NamedModule
{
    private readonly NamedModule? _headOwner;
    private readonly string _headLeaf;
    private readonly Linear[] _head = new Linear[1];

    private protected ImageModel(string family, string headName, int featureWidth, NamedModule? headOwner = null) : base(family)
    {
        HeadName = headName;
        FeatureWidth = featureWidth;
        _headOwner = headOwner;
        _headLeaf = headName[(headName.LastIndexOf('.') + 1)..];
    }

    /// <summary>The name of the classifier in the <c>state_dict</c>: <c>fc</c>, <c>classifier.6</c>.</summary>
    public string HeadName { get; }

    /// <summary>The width of the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>The layer groups from input to output, without the head.</summary>
    public abstract IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>The classifier.</summary>
    public Linear Head => _head[0];

    /// <summary>The bottleneck features (N, <see cref="FeatureWidth"/>) of a batch of images (N, 3, H, W).</summary>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor state = images.alias();
        foreach (LayerGroup group in Groups)
        {
            Tensor next = group.Forward(state);
            state.Dispose();
            state = next;
        }

        return Pool(state).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = Features(input);
        return Head.call(features);
    }

    /// <summary>Puts a new, randomly initialised classifier on top.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    public void ResetHead(int classes)
    {
        NamedModule owner = _headOwner ?? this;
        owner.register_module(_headLeaf, null!);
        _head[0]?.Dispose();
        _head[0] = nn.Linear(FeatureWidth, classes);
        owner.register_module(_headLeaf, _head[0]);
    }

    /// <summary>Where the layers to train begin among <see cref="Groups"/>; as many as there are groups when only the head is trained.</summary>
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
            $"There is no layer '{name}' in {GetName()}.{NearestName.Question(name, names)} Its layers, from input to output: {string.Join(", ", names)}.", nameof(layers));
    }

    /// <summary>Global average pooling of the last feature map (N, C, H, W) to (N, C), in float32 whatever came in.</summary>
    private protected virtual Tensor Pool(Tensor maps) => maps.to(ScalarType.Float32).mean([2, 3]);
}
