using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Lets batch norms train on a batch that gives them a single value per channel, as one image with maps of 1 × 1 does. A single value has
/// no variance: PyTorch refuses it, and libtorch 2.10 takes it and makes the running variance NaN (n / (n - 1) with n = 1). For such a
/// batch the norm uses its running statistics and leaves them as they are.
/// </summary>
internal sealed class SingleValueNorms
{
    private readonly List<Action> _removals = [];

    /// <param name="network">The network in training.</param>
    /// <param name="frozen">Its modules that stay in evaluation mode.</param>
    public SingleValueNorms(nn.Module network, IEnumerable<nn.Module> frozen)
    {
        HashSet<nn.Module> still = [.. frozen.SelectMany(module => module.modules().Prepend(module))];
        foreach (BatchNorm norm in network.modules().OfType<BatchNorm>().Where(norm => !still.Contains(norm)))
            _removals.Add(norm.register_forward_pre_hook((_, input) => Prepare(norm, input, network.training)).remove);
    }

    /// <summary>Lets the norms be as they were.</summary>
    public void Remove()
    {
        _removals.ForEach(remove => remove());
        _removals.Clear();
    }

    private static Tensor Prepare(BatchNorm norm, Tensor input, bool training)
    {
        bool hasVariance = input.numel() > input.shape[1];
        if (norm.training != (training && hasVariance)) norm.train(training && hasVariance);
        return input;
    }
}
