using MLTransfer.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>A network in training and which of its weights change.</summary>
internal sealed class TrainableModel
{
    private readonly IReadOnlyList<nn.Module> _frozen;
    private readonly ScalarType _type;
    private readonly double _auxiliaryWeight;
    private readonly SingleValueNorms _norms;

    /// <param name="network">Inputs (N, …) to logits (N, classes).</param>
    /// <param name="head">The new classifier within it, or the network itself.</param>
    /// <param name="frozen">The modules that do not learn.</param>
    /// <param name="type">The number format the network computes in; its weights are float32 all the same.</param>
    /// <param name="auxiliaryWeight">How much the losses of the network's auxiliary heads count; with 0 they are not run.</param>
    public TrainableModel(
        nn.Module<Tensor, Tensor> network, nn.Module head, IReadOnlyList<nn.Module> frozen, ScalarType type = ScalarType.Float32,
        double auxiliaryWeight = 0)
    {
        _type = type;
        _auxiliaryWeight = auxiliaryWeight;
        Network = network;
        _frozen = frozen;
        foreach (Parameter parameter in network.parameters()) parameter.requires_grad = true;
        foreach (Parameter parameter in frozen.SelectMany(module => module.parameters())) parameter.requires_grad = false;
        Head = [.. head.parameters()];
        var known = Head.Select(parameter => parameter.Handle).ToHashSet();
        Backbone = [.. network.parameters().Where(parameter => parameter.requires_grad && !known.Contains(parameter.Handle))];
        _norms = new(network, frozen);
    }

    public nn.Module<Tensor, Tensor> Network { get; }

    public IReadOnlyList<Parameter> Backbone { get; }

    public IReadOnlyList<Parameter> Head { get; }

    /// <summary>
    /// Inputs (N, …) to logits (N, classes), with what their gradients need; those of the auxiliary heads that learn come behind the
    /// network's.
    /// </summary>
    public IReadOnlyList<Tensor> Logits(Tensor inputs)
    {
        Tensor typed = inputs.to(_type);
        return _auxiliaryWeight > 0 && Network is ImageModel model ? model.AllLogits(typed) : [Network.call(typed)];
    }

    /// <summary>Whether the network as it is now, in evaluation, scores inputs (N, …) with finite numbers.</summary>
    public bool ScoresAreFinite(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Network.eval();
        return Network.call(inputs.to(_type)).isfinite().all().item<bool>();
    }

    /// <summary>What is made small: the network's loss and the weighted ones of its auxiliary heads.</summary>
    public Tensor Total(IReadOnlyList<Tensor> losses) =>
        losses.Skip(1).Aggregate(losses[0], (total, loss) => total + loss * _auxiliaryWeight);

    /// <summary>Nothing learns any more: gradients are given back.</summary>
    public void Finish()
    {
        _norms.Remove();
        foreach (Parameter parameter in Backbone.Concat(Head))
        {
            parameter.grad?.Dispose();
            parameter.grad = null;
            parameter.requires_grad = false;
        }
    }

    public void BeginEpoch()
    {
        Network.train();
        // A frozen part stays in evaluation mode: otherwise its batch-norm statistics drift towards the small data set.
        foreach (nn.Module module in _frozen) module.eval();
    }
}
