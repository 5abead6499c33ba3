using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Remembers the best epoch and its weights. Where nothing was validated, that is the last one.</summary>
internal sealed class BestEpoch(nn.Module network) : IDisposable
{
    private Dictionary<string, Tensor> _weights = [];

    public EpochResult? Result { get; private set; }

    public void Offer(EpochResult result)
    {
        if (Result is not null && !IsBetter(result, Result)) return;
        Result = result;
        Dispose();
        using var frozen = no_grad();
        _weights = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().DetachFromDisposeScope());
    }

    public void Restore()
    {
        if (_weights.Count == 0) return;
        using var frozen = no_grad();
        foreach ((string name, Tensor current) in network.state_dict()) current.copy_(_weights[name]);
    }

    public void Dispose()
    {
        foreach (Tensor weight in _weights.Values) weight.Dispose();
        _weights = [];
    }

    /// <summary>A higher accuracy is better; among equals, a lower loss; without any, the later.</summary>
    private static bool IsBetter(EpochResult candidate, EpochResult best) => double.IsNaN(best.ValidationAccuracy)
        || (candidate.ValidationAccuracy, -candidate.ValidationLoss).CompareTo((best.ValidationAccuracy, -best.ValidationLoss)) > 0;
}
