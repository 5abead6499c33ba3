using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// The exponential moving average of a network's weights and statistics over the steps of the optimizer. The decay rises from 0, as timm's
/// ModelEmaV3 has it with its warm-up: a long average of few steps would be one of the weights before training.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly double _decay;
    private readonly Dictionary<string, Tensor> _average = [];

    /// <param name="network">Its weights are the first average.</param>
    /// <param name="decay">What is kept of the average in a step, in the long run.</param>
    public WeightAverage(nn.Module network, double decay)
    {
        using var frozen = no_grad();
        _decay = decay;
        foreach ((string name, Tensor current) in network.state_dict()) _average[name] = current.clone().DetachFromDisposeScope();
    }

    /// <summary>The steps that were averaged.</summary>
    public long Steps { get; private set; }

    /// <summary>What is kept of the average in a step, from 1.</summary>
    public static double DecayAt(long step, double decay) => step <= 1 ? 0 : Math.Min(decay, 1 - Math.Pow(step, -2.0 / 3));

    /// <summary>Adds the weights after a step.</summary>
    public void Add(nn.Module network)
    {
        using var frozen = no_grad();
        double decay = DecayAt(++Steps, _decay);
        foreach ((string name, Tensor current) in network.state_dict())
        {
            if (current.is_floating_point()) _average[name].lerp_(current, 1 - decay);
            else _average[name].copy_(current);
        }
    }

    /// <summary>Exchanges the weights of the network for their average, and back when called again.</summary>
    public void Swap(nn.Module network)
    {
        using var frozen = no_grad();
        foreach ((string name, Tensor current) in network.state_dict())
        {
            using Tensor kept = current.clone();
            current.copy_(_average[name]);
            _average[name].copy_(kept);
        }
    }

    /// <summary>Restores the average from the weights of the network.</summary>
    public void Restore(nn.Module network, long steps)
    {
        using var frozen = no_grad();
        Steps = steps;
        foreach ((string name, Tensor current) in network.state_dict()) _average[name].copy_(current);
    }

    public void Dispose()
    {
        foreach (Tensor average in _average.Values) average.Dispose();
    }
}
