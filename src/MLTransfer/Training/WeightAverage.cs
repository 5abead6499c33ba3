using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// A running average of a network's weights and statistics: the exponential one over the steps of the optimizer, or the plain one over the
/// ends of epochs (stochastic weight averaging, Izmailov et al. 2018).
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly double _decay;
    private readonly int _fromEpoch;
    private readonly Dictionary<string, Tensor> _average = [];

    private WeightAverage(nn.Module network, double decay, int fromEpoch)
    {
        using var frozen = no_grad();
        (_decay, _fromEpoch) = (decay, fromEpoch);
        foreach ((string name, Tensor current) in network.state_dict()) _average[name] = current.clone().DetachFromDisposeScope();
    }

    /// <summary>How many states of the network are in the average.</summary>
    public long Count { get; private set; }

    /// <summary>The average that the options ask for; null where they ask for none.</summary>
    public static WeightAverage? Create(nn.Module network, TrainingOptions options) => options switch
    {
        { EmaDecay: > 0 and var decay } => new(network, decay, fromEpoch: 0),
        { SwaFrom: > 0 and var first } => new(network, decay: 0, first),
        _ => null,
    };

    /// <summary>
    /// What is kept of the exponential average in a step, from 1. It rises from 0, as in timm's ModelEmaV3 with its warm-up: a long average
    /// of few steps would be one of the weights before training.
    /// </summary>
    public static double DecayAt(long step, double decay) => step <= 1 ? 0 : Math.Min(decay, 1 - Math.Pow(step, -2.0 / 3));

    /// <summary>The least number of states that are in the average after so many epochs.</summary>
    public int LeastAfter(int epochs) => _fromEpoch == 0 ? 1 : Math.Max(0, epochs - _fromEpoch + 1);

    /// <summary>Whether there is an average at the end of an epoch.</summary>
    public bool HasBegunBy(int epoch) => epoch >= _fromEpoch;

    /// <summary>Takes the network after a step of the optimizer.</summary>
    public void EndStep(nn.Module network)
    {
        if (_fromEpoch == 0) Add(network, DecayAt(++Count, _decay));
    }

    /// <summary>Takes the network after the last step of an epoch.</summary>
    public void EndEpoch(nn.Module network, int epoch)
    {
        if (_fromEpoch > 0 && epoch >= _fromEpoch) Add(network, 1 - 1.0 / ++Count);
    }

    private void Add(nn.Module network, double decay)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach ((string name, Tensor current) in network.state_dict())
        {
            if (current.is_floating_point()) _average[name].lerp_(current, 1 - decay);
            else _average[name].copy_(current);
        }
    }

    /// <summary>Exchanges the weights of the network for their average, if there is one yet, and back when called again.</summary>
    public void Swap(nn.Module network)
    {
        if (Count == 0) return;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach ((string name, Tensor current) in network.state_dict())
        {
            using Tensor kept = current.clone();
            current.copy_(_average[name]);
            _average[name].copy_(kept);
        }
    }

    /// <summary>Restores the average from the weights of the network.</summary>
    public void Restore(nn.Module network, long count)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Count = count;
        foreach ((string name, Tensor current) in network.state_dict()) _average[name].copy_(current);
    }

    public void Dispose()
    {
        foreach (Tensor average in _average.Values) average.Dispose();
    }
}
