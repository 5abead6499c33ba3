using MLTransfer.Errors;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>
/// A backbone with a classifier on top: images (N, 3, H, W), normalized as <see cref="Backbone.Preprocessing"/> says, to logits (N,
/// classes). Derive from it for a network of your own: register its modules with <see cref="NamedModule.Child"/>, under the names they have
/// in the <c>state_dict</c>, and list them in <see cref="Groups"/>.
/// </summary>
public abstract class ImageModel : NamedModule
{
    private readonly nn.Module _headOwner;
    private readonly double _dropout;

    /// <summary>Creates the network without its classifier, which <see cref="Backbone.Build"/> adds.</summary>
    /// <param name="name">The name of the network in errors.</param>
    /// <param name="headName">The name of the classifier in the <c>state_dict</c>: <c>fc</c>, <c>classifier.6</c>.</param>
    /// <param name="featureWidth">The width of the vector before it.</param>
    /// <param name="headOwner">The module that the part of the name after the last dot belongs to; null for the network itself.</param>
    /// <param name="dropout">The dropout that the architecture has right before its classifier. Default: 0.</param>
    protected ImageModel(string name, string headName, int featureWidth, nn.Module? headOwner = null, double dropout = 0) : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(headName);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureWidth, 1);
        HeadName = headName;
        FeatureWidth = featureWidth;
        _headOwner = headOwner ?? this;
        _dropout = dropout;
    }

    /// <summary>The name of the classifier in the <c>state_dict</c>: <c>fc</c>, <c>classifier.6</c>.</summary>
    public string HeadName { get; }

    /// <summary>The width of the vector before the classifier.</summary>
    public int FeatureWidth { get; }

    /// <summary>
    /// The layer groups from input to output, without the head: the network is these, one after the other. Each weight belongs to exactly
    /// one of them.
    /// </summary>
    public abstract IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>The classifier, from <see cref="Features"/> to logits. <see cref="Backbone.Build"/> adds the first one.</summary>
    public nn.Module<Tensor, Tensor> Head { get; private set; } = null!;

    /// <summary>
    /// Classifiers in the middle of the network that only help training; they are trained only on request. Default: none.
    /// </summary>
    public virtual IReadOnlyList<AuxiliaryHead> AuxiliaryHeads => [];

    /// <summary>
    /// The bottleneck features (N, <see cref="FeatureWidth"/>) of a batch of images (N, 3, H, W), in float32: the vector before the
    /// classifier, and before the dropout that an architecture may have there.
    /// </summary>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        using Tensor maps = Maps(images);
        return Pool(maps).MoveToOuterDisposeScope();
    }

    /// <summary>An output of the network as features (N, width) in float32, a new tensor.</summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    internal Tensor Output(Tensor images, FeatureOutput output)
    {
        if (output == FeatureOutput.Bottleneck) return Features(images);
        using var scope = NewDisposeScope();
        int last = output.Layer is { } layer ? LastOf(layer) : Groups.Count - 1;
        Tensor maps = Maps(images, groups: last + 1).to(ScalarType.Float32);
        if (HasChannelsLast(Groups[last])) maps = maps.permute(0, 3, 1, 2);
        // Tokens (N, T, C) have their positions in the middle.
        Tensor features = (maps.dim(), output.IsPooled) switch
        {
            (4, true) => maps.mean([2, 3]),
            (3, true) => maps.mean([1]),
            _ => maps.flatten(1),
        };
        return features.contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Where the network finds a class in an image: Grad-CAM (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391), on the last output
    /// of a group with at least two rows and columns. Maps are weighted by the mean gradient of the logit, and their sum is cut off at 0.
    /// </summary>
    /// <param name="image">(1, 3, H, W), normalized.</param>
    /// <param name="label">The class.</param>
    /// <returns>(h, w), a new tensor in float32; null where no output has rows and columns.</returns>
    internal Tensor? ActivationMap(Tensor image, long label)
    {
        using var scope = NewDisposeScope();
        if (LastMaps(image) is not { } last) return null;
        using var tracked = enable_grad();
        Tensor leaf = last.Output.detach().requires_grad_();
        Tensor logits = Classify(Maps(leaf, first: last.Group + 1));
        Tensor gradient = autograd.grad([logits[0, label]], [leaf])[0];
        using var still = no_grad();
        LayerGroup group = Groups[last.Group];
        Tensor weights = Positions(group, gradient)!.mean([2, 3], keepdim: true);
        return (weights * Positions(group, leaf)!).sum(1)[0].relu().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Logits(input, first: 0);

    /// <summary>The logits (N, classes) of the output of the group before one; of the images for the first.</summary>
    internal Tensor Logits(Tensor state, int first)
    {
        using Tensor maps = Maps(state, first: first);
        return Classify(maps);
    }

    /// <summary>The logits (N, classes) of the output of the last of <see cref="Groups"/>.</summary>
    public virtual Tensor Classify(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return Head.call(Pool(maps)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The logits (N, classes) of the head, then those of <see cref="AuxiliaryHeads"/> in the order of their groups, for training.
    /// </summary>
    public IReadOnlyList<Tensor> AllLogits(Tensor images)
    {
        var auxiliary = new List<Tensor>();
        using Tensor maps = Maps(images,
            (group, state) => auxiliary.AddRange(AuxiliaryHeads.Where(head => head.After == group.Name).Select(head => head.call(state))));
        return [Classify(maps), .. auxiliary];
    }

    /// <summary>
    /// Appends the network in evaluation mode to a graph: images (N, 3, H, W) to logits (N, classes). Batch norms are folded into
    /// convolutions.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// A part of the network has no form for export; the message says what to implement.
    /// </exception>
    internal SymbolicTensor Export(SymbolicTensor images, NetworkGraph graph)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        SymbolicTensor logits = ExportHead(ExportMaps(images, graph), graph, isClassified: true);
        graph.Scope = "";
        return logits;
    }

    /// <summary>Appends the layer groups, or the first of them, as <see cref="Export"/> does.</summary>
    internal SymbolicTensor ExportMaps(SymbolicTensor images, NetworkGraph graph, int groups = int.MaxValue)
    {
        RequireExportForms();
        SymbolicTensor state = images;
        foreach (LayerGroup group in Groups.Take(groups))
        {
            graph.Scope = group.Name;
            state = group.Export(state);
        }

        return state;
    }

    /// <summary>Appends the logits, or the features, that follow from the output of the last group.</summary>
    internal SymbolicTensor ExportHead(SymbolicTensor maps, NetworkGraph graph, bool isClassified)
    {
        graph.Scope = HeadName;
        return isClassified ? Classify(maps) : Pool(maps);
    }

    /// <summary>
    /// The logits for export; override it where <see cref="Classify(Tensor)"/> is overridden. Default: the head on <see
    /// cref="Pool(SymbolicTensor)"/>.
    /// </summary>
    protected virtual SymbolicTensor Classify(SymbolicTensor maps) => Pool(maps).Through(Head);

    /// <summary>
    /// The features for export; override it where <see cref="Pool(Tensor)"/> is overridden. Default: maps (N, C, H, W) are averaged over
    /// all positions, vectors (N, C) left as they are.
    /// </summary>
    protected virtual SymbolicTensor Pool(SymbolicTensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return maps.Shape.Count == 4 ? maps.Mean() : maps;
    }

    /// <summary>Replaces the classifier by a new, randomly initialized one.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="head">Its layers. Default: null, those of the architecture itself: <see cref="ClassifierHead.Linear"/>, but in
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

    /// <summary>The index among <see cref="Groups"/> of the first group to train; their count when only the head is trained.</summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    public int FirstTrained(Layers layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.First is not { } name) return 0;
        if (name == HeadName) return Groups.Count;
        int first = Groups.ToList().FindIndex(group => IsPartOf(group, name));
        return first >= 0 ? first : layers == Layers.Head ? Groups.Count
            : throw NoLayer(name, [.. Groups.Select(group => group.Name), HeadName], nameof(layers));
    }

    /// <summary>The index among <see cref="Groups"/> of the last group of a layer.</summary>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    internal int LastOf(string layer)
    {
        int last = Groups.ToList().FindLastIndex(group => IsPartOf(group, layer));
        return last >= 0 ? last : throw NoLayer(layer, [.. Groups.Select(group => group.Name)], nameof(layer));
    }

    /// <summary>
    /// How much of each patch of an image (1, 3, H, W) is in what a transformer classifies: (h, w), not negative. Default: null, the
    /// network has no attention of all patches to all.
    /// </summary>
    internal virtual Tensor? AttentionRollout(Tensor image) => null;

    /// <summary>Whether the output of a group is (N, H, W, C). Default: it is (N, C, H, W), where it has rows and columns.</summary>
    internal virtual bool HasChannelsLast(LayerGroup group) => false;

    /// <summary>
    /// Whether the layer groups compute in bfloat16 with weights in float32. Networks from outside this library are given float32: a layer
    /// of torch's refuses an input of another type than its weights.
    /// </summary>
    internal virtual bool SupportsBFloat16 => GetType().Assembly == typeof(ImageModel).Assembly;

    /// <summary>
    /// The features (N, <see cref="FeatureWidth"/>), a new tensor in float32, of the output of the last group. Default: maps (N, C, H, W)
    /// are averaged over all positions, vectors (N, C) copied.
    /// </summary>
    protected virtual Tensor Pool(Tensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return maps.dim() == 4 ? maps.to(ScalarType.Float32).mean([2, 3]) : maps.to(ScalarType.Float32, copy: true);
    }

    /// <summary>The classifier of the architecture itself. Default: dropout, where there is any, and one linear layer.</summary>
    protected virtual nn.Module<Tensor, Tensor> OwnClassifier(int classes) => Classifier(classes, ClassifierHead.Linear);

    /// <summary>
    /// Initializes the weights (classes, features) and biases (classes) of a linear classifier. Default: PyTorch's, uniform within
    /// ±1/√features.
    /// </summary>
    protected virtual void InitializeClassifier(Tensor weight, Tensor bias) => Initialization.Linear(weight, bias);

    private nn.Module<Tensor, Tensor> Classifier(int classes, ClassifierHead head)
    {
        if (head.Name is { } own) return OwnHeads.Build(own, FeatureWidth, classes);
        if (head.HiddenWidths.Count == 0) return new LinearHead(FeatureWidth, classes, head.DropoutRate ?? _dropout, InitializeClassifier);
        int[] inputs = [FeatureWidth, .. head.HiddenWidths];
        var hidden = head.HiddenWidths.SelectMany((width, index) => new nn.Module<Tensor, Tensor>[]
        {
            Initialization.NewLinear(inputs[index], width), nn.ReLU(), nn.Dropout(head.DropoutRate!.Value),
        });
        return new Sequence([.. hidden, Initialization.NewLinear(inputs[^1], classes)]);
    }

    // Otherwise the exported network would silently compute what the base class does.
    private void RequireExportForms()
    {
        static bool Overridden(Delegate method) => method.Method.DeclaringType != typeof(ImageModel);
        string? missing = Overridden(new Func<Tensor, Tensor>(forward)) ? null
            : Overridden(new Func<Tensor, Tensor>(Classify)) && !Overridden(new Func<SymbolicTensor, SymbolicTensor>(Classify))
                ? nameof(Classify)
            : Overridden(new Func<Tensor, Tensor>(Pool)) && !Overridden(new Func<SymbolicTensor, SymbolicTensor>(Pool)) ? nameof(Pool)
            : "";
        if (missing is null)
            throw new NotSupportedException(
                $"{GetName()} cannot be exported: it overrides forward. Override {nameof(Classify)} or {nameof(Pool)} instead.");
        if (missing.Length > 0)
            throw new NotSupportedException(
                $"{GetName()} cannot be exported: it overrides {missing}(Tensor). Override {missing}({nameof(SymbolicTensor)}) too, which "
                + "describes the same operations.");
    }

    /// <summary>The output of the last group: maps (N, C, H, W), or vectors (N, C).</summary>
    /// <param name="images">The images, or the output of the group before <paramref name="first"/>.</param>
    /// <param name="seen">Sees the output of each group.</param>
    /// <param name="groups">How many groups to run; by default all.</param>
    /// <param name="first">The index of the first group to run.</param>
    internal Tensor Maps(Tensor images, Action<LayerGroup, Tensor>? seen = null, int groups = int.MaxValue, int first = 0)
    {
        Tensor state = images.dtype == ScalarType.BFloat16 && !SupportsBFloat16 ? images.to(ScalarType.Float32) : images.alias();
        foreach (LayerGroup group in Groups.Skip(first).Take(groups))
        {
            Tensor next = group.Forward(state);
            if (!ReferenceEquals(next, state)) state.Dispose();
            state = next;
            seen?.Invoke(group, state);
        }

        return state;
    }

    /// <summary>The last output of a group with at least two rows and columns.</summary>
    private (int Group, Tensor Output)? LastMaps(Tensor image)
    {
        using var still = no_grad();
        (int Group, Tensor Output)? last = null;
        int index = 0;
        Maps(image, (group, output) =>
        {
            if (Positions(group, output) is { } maps && maps.shape[2] > 1 && maps.shape[3] > 1) last = (index, output.alias());
            index++;
        });
        return last;
    }

    /// <summary>
    /// The output of a group as maps (N, C, H, W) in float32; of tokens (N, T, C) in a square, without a class token before them. Null
    /// where it has no rows and columns.
    /// </summary>
    private Tensor? Positions(LayerGroup group, Tensor output)
    {
        Tensor values = output.to(ScalarType.Float32);
        if (values.dim() == 4) return HasChannelsLast(group) ? values.permute(0, 3, 1, 2) : values;
        if (values.dim() != 3) return null;
        long side = (long)Math.Sqrt(values.shape[1]), others = values.shape[1] - side * side;
        return others > 1 ? null : values[.., (int)others.., ..].transpose(1, 2).unflatten(2, side, side);
    }

    private static bool IsPartOf(LayerGroup group, string layer) =>
        group.Name == layer || group.Name.StartsWith(layer + ".", StringComparison.Ordinal);

    private ArgumentException NoLayer(string name, string[] names, string parameter) => new(
        $"There is no layer '{name}' in {GetName()}.{NearestName.Suggest(name, names)} Its layers, from input to output: "
        + $"{string.Join(", ", names)}.", parameter);
}

/// <summary>
/// A second classifier in the middle of a network, which brings gradients to the layers below it (Szegedy et al. 2014,
/// https://arxiv.org/abs/1409.4842, section 5). Predictions never use it.
/// </summary>
public abstract class AuxiliaryHead : NamedModule
{
    private readonly string _leaf;

    /// <summary>Creates the head without its last layer.</summary>
    /// <param name="stateName">Its name in the <c>state_dict</c>: <c>aux1</c>.</param>
    /// <param name="classifier">The name of its last layer within it: <c>fc2</c>.</param>
    /// <param name="after">The name of the layer group whose output it classifies.</param>
    protected AuxiliaryHead(string stateName, string classifier, string after) : base(nameof(AuxiliaryHead))
    {
        StateName = stateName;
        After = after;
        _leaf = classifier;
    }

    /// <summary>Its name in the <c>state_dict</c>: <c>aux1</c>.</summary>
    public string StateName { get; }

    /// <summary>The name of its last layer in the <c>state_dict</c>, whose outputs are the classes: <c>aux1.fc2</c>.</summary>
    public string ClassifierName => $"{StateName}.{_leaf}";

    /// <summary>The name of the layer group whose output it classifies.</summary>
    public string After { get; }

    /// <summary>The last layer, to logits (N, classes).</summary>
    protected nn.Module<Tensor, Tensor>? Classifier { get; private set; }

    /// <summary>Replaces the last layer by a new, randomly initialized one.</summary>
    internal void ResetClassifier(int classes)
    {
        register_module(_leaf, null!);
        Classifier?.Dispose();
        Classifier = Child(_leaf, BuildClassifier(classes));
    }

    /// <summary>Builds the last layer.</summary>
    protected abstract nn.Module<Tensor, Tensor> BuildClassifier(int classes);
}

/// <summary>
/// A network that also takes weights with other names or shapes: those of an older version, or for images of another size.
/// </summary>
internal interface ICheckpointCompatibility
{
    /// <summary>Maps the name of a stored tensor to the network's name; unchanged where there is no other.</summary>
    string MapKey(string stored);

    /// <summary>Whether a tensor may get another shape. Default: none may.</summary>
    bool AcceptsShape(string name, long[] shape) => false;

    /// <summary>Gives a tensor a shape that <see cref="AcceptsShape"/> allows; its values are lost.</summary>
    void Resize(string name, long[] shape) => throw new NotSupportedException($"The shape of '{name}' is fixed.");
}
