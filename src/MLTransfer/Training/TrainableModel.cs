using MLTransfer.Models;
using MLTransfer.Models.Packing;
using MLTransfer.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>A network in training, and which of its weights are trained.</summary>
internal sealed class TrainableModel : IDisposable
{
    private readonly Freezing _freezing;
    private readonly ScalarType _type;
    private readonly double _auxiliaryWeight;
    private readonly bool _keepsStatistics;
    private readonly List<Action> _hookRemovals = [];
    private HashSet<nn.Module> _frozen = [];
    private FrozenPrefix? _prefix;

    /// <param name="network">Inputs (N, …) to logits (N, classes).</param>
    /// <param name="head">The new classifier within it, or the network itself.</param>
    /// <param name="frozen">The modules that are not trained.</param>
    /// <param name="type">The number format the network computes in; its weights stay in float32.</param>
    /// <param name="auxiliaryWeight">How much the losses of the network's auxiliary heads count; with 0 they are not run.</param>
    /// <param name="keepsStatistics">Whether batch norms keep their statistics, though their weights are trained.</param>
    public TrainableModel(
        nn.Module<Tensor, Tensor> network, nn.Module head, IReadOnlyList<nn.Module> frozen, ScalarType type = ScalarType.Float32,
        double auxiliaryWeight = 0, bool keepsStatistics = false)
        : this(network, head, FreezingPolicy.Always(frozen), type, auxiliaryWeight, keepsStatistics)
    {
    }

    /// <inheritdoc cref="TrainableModel(nn.Module{Tensor, Tensor}, nn.Module, IReadOnlyList{nn.Module}, ScalarType, double, bool)"/>
    public TrainableModel(
        nn.Module<Tensor, Tensor> network, nn.Module head, Freezing frozen, ScalarType type = ScalarType.Float32,
        double auxiliaryWeight = 0, bool keepsStatistics = false)
    {
        (Network, _freezing, _type, _auxiliaryWeight, _keepsStatistics) = (network, frozen, type, auxiliaryWeight, keepsStatistics);
        Head = [.. head.parameters()];
        // The last epoch trains every layer that is ever trained: layers are unfrozen, never frozen again.
        Freeze(epoch: int.MaxValue);
        FrozenGroups = LeadingFrozen();
        var known = Head.Select(parameter => parameter.Handle).ToHashSet();
        Backbone = [.. network.parameters().Where(parameter => parameter.requires_grad && !known.Contains(parameter.Handle))];
        foreach (BatchNorm norm in network.modules().OfType<BatchNorm>())
            _hookRemovals.Add(norm.register_forward_pre_hook((_, input) => PrepareForSingleValues(norm, input)).remove);
    }

    public nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>The number format the network computes in.</summary>
    public ScalarType Type => _type;

    /// <summary>The parameters that are trained in any epoch, without those of the head.</summary>
    public IReadOnlyList<Parameter> Backbone { get; }

    public IReadOnlyList<Parameter> Head { get; }

    /// <summary>
    /// <see cref="Backbone"/> by layer groups from input to output; what belongs to no group, as auxiliary heads, is with the last.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<Parameter>> Layers
    {
        get
        {
            Dictionary<IntPtr, int> layerOf = [];
            IReadOnlyList<LayerGroup> groups = Network is ImageModel model ? model.Groups : [];
            foreach ((LayerGroup group, int index) in groups.Select((group, index) => (group, index)))
            {
                foreach (Parameter parameter in group.Modules.SelectMany(module => module.parameters())) layerOf[parameter.Handle] = index;
            }

            ILookup<int, Parameter> layers = Backbone.ToLookup(parameter => layerOf.GetValueOrDefault(parameter.Handle, groups.Count - 1));
            return [.. Enumerable.Range(0, Math.Max(1, groups.Count)).Select(index => layers[groups.Count == 0 ? -1 : index].ToArray())];
        }
    }

    /// <summary>The first parameter or buffer that holds NaN or infinity; null where all values are finite.</summary>
    public static string? FirstNotFinite(nn.Module network)
    {
        using var frozen = no_grad();
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (value.is_floating_point() && !TorchTensors.AreFinite(value)) return name;
        }

        return null;
    }

    /// <summary>How many layer groups, counted from the input, are frozen in every epoch.</summary>
    public int FrozenGroups { get; }

    /// <summary>Images (N, 3, S, S) to the output of the layer groups that are frozen in this epoch.</summary>
    public Tensor Frozen(Tensor images) => _prefix!.Run(images);

    /// <summary>What <see cref="Forward"/> is given: images, or where outputs of the frozen groups are kept, these.</summary>
    public (Tensor Inputs, int First) InputsOf(Tensor images, bool outputsAreKept) =>
        outputsAreKept && FrozenGroups > 0 ? (Frozen(images), FrozenGroups) : (images, 0);

    /// <summary>Forward pass with autograd: inputs (N, …) to the main logits (N, classes), then those of the auxiliary heads.</summary>
    /// <param name="inputs">The inputs of the network; with <paramref name="first"/>, the output of the frozen groups before it.</param>
    /// <param name="first">The index of the first layer group to run.</param>
    public IReadOnlyList<Tensor> Forward(Tensor inputs, int first = 0)
    {
        if (first > 0) return [((ImageModel)Network).Logits(inputs, first)];
        Tensor typed = inputs.to(_type);
        if (_auxiliaryWeight > 0 && Network is ImageModel model) return model.AllLogits(typed);
        return [_prefix is null ? Network.call(typed) : ((ImageModel)Network).Logits(_prefix.Run(typed), _prefix.Groups)];
    }

    /// <summary>The loss of the network plus the weighted losses of its auxiliary heads.</summary>
    public Tensor CombineLosses(IReadOnlyList<Tensor> losses) =>
        losses.Skip(1).Aggregate(losses[0], (total, loss) => total + loss * _auxiliaryWeight);

    /// <summary>Whether the network, in evaluation mode, gives finite scores for inputs as <see cref="Forward"/> takes them.</summary>
    public bool ScoresAreFinite(Tensor inputs, int first = 0)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Network.eval();
        Tensor logits = first > 0 ? ((ImageModel)Network).Logits(inputs, first) : Network.call(inputs.to(_type));
        return logits.isfinite().all().item<bool>();
    }

    /// <summary>The names of <see cref="Layers"/>.</summary>
    public IReadOnlyList<string> LayerNames => Network is ImageModel { Groups: { Count: > 0 } groups }
        ? [.. groups.Select(group => group.Name)] : [ParameterGroups.Backbone];

    public void BeginEpoch(int epoch = 1)
    {
        Network.train();
        Freeze(epoch);
        // A frozen part stays in evaluation mode: otherwise its batch-norm statistics drift towards the small data set.
        foreach (nn.Module module in _frozen) module.eval();
        int groups = LeadingFrozen();
        if (groups == (_prefix?.Groups ?? 0)) return;
        Dispose();
        if (groups > 0) _prefix = new FrozenPrefix((ImageModel)Network, groups, _type);
    }

    /// <summary>Frees the frozen layers that were prepared for the training; the network stays as it is.</summary>
    public void Dispose()
    {
        _prefix?.Dispose();
        _prefix = null;
    }

    /// <summary>Ends the training: frees the gradients and restores the network for inference.</summary>
    public void Finish()
    {
        Dispose();
        _hookRemovals.ForEach(remove => remove());
        _hookRemovals.Clear();
        foreach (Parameter parameter in Backbone.Concat(Head))
        {
            parameter.grad?.Dispose();
            parameter.grad = null;
            parameter.requires_grad = false;
        }
    }

    private int LeadingFrozen() =>
        Network is ImageModel model ? model.Groups.TakeWhile(group => group.Modules.All(IsFrozen)).Count() : 0;

    // The weights of a batch norm that keeps its statistics may be trained.
    private bool IsFrozen(nn.Module module) =>
        _frozen.Contains(module) && module.parameters().All(parameter => !parameter.requires_grad);

    private void Freeze(int epoch)
    {
        IReadOnlyList<nn.Module> frozen = _freezing(epoch);
        foreach (Parameter parameter in Network.parameters()) parameter.requires_grad = true;
        foreach (Parameter parameter in frozen.SelectMany(module => module.parameters())) parameter.requires_grad = false;
        _frozen =
        [
            .. frozen.SelectMany(module => module.modules().Prepend(module)),
            .. _keepsStatistics ? Network.modules().OfType<BatchNorm>() : [],
        ];
    }

    // A batch may give a norm a single value per channel, as one image with maps of 1 × 1 does. That has no variance: PyTorch refuses it,
    // and libtorch 2.10 makes the running variance NaN (n / (n - 1) with n = 1). For such a batch the norm uses its running statistics and
    // leaves them as they are.
    private Tensor PrepareForSingleValues(BatchNorm norm, Tensor input)
    {
        if (_frozen.Contains(norm)) return input;
        bool trains = Network.training && input.numel() > input.shape[1];
        if (norm.training != trains) norm.train(trains);
        return input;
    }
}
