using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>A network in training and which of its weights change.</summary>
internal sealed class Trainee
{
    private readonly IReadOnlyList<nn.Module> _frozen;

    /// <param name="network">Inputs (N, …) to logits (N, classes).</param>
    /// <param name="head">The new classifier within it, or the network itself.</param>
    /// <param name="frozen">The modules that do not learn.</param>
    public Trainee(nn.Module<Tensor, Tensor> network, nn.Module head, IReadOnlyList<nn.Module> frozen)
    {
        Network = network;
        _frozen = frozen;
        foreach (Parameter parameter in network.parameters()) parameter.requires_grad = true;
        foreach (Parameter parameter in frozen.SelectMany(module => module.parameters())) parameter.requires_grad = false;
        Head = [.. head.parameters()];
        var known = Head.Select(parameter => parameter.Handle).ToHashSet();
        Backbone = [.. network.parameters().Where(parameter => parameter.requires_grad && !known.Contains(parameter.Handle))];
    }

    public nn.Module<Tensor, Tensor> Network { get; }

    public IReadOnlyList<Parameter> Backbone { get; }

    public IReadOnlyList<Parameter> Head { get; }

    /// <summary>Nothing learns any more: gradients are given back.</summary>
    public void Finish()
    {
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
