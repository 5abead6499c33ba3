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
        Dictionary<string, Tensor> copies = Copies();
        Dispose();
        (Result, _weights) = (result, copies);
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

    // The older copy stays until the new one is complete: memory may run out in between.
    private Dictionary<string, Tensor> Copies()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var copies = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        foreach (Tensor copy in copies.Values) copy.DetachFromDisposeScope();
        return copies;
    }

    /// <summary>A higher accuracy is better; among equals, a lower loss; without any, the later.</summary>
    private static bool IsBetter(EpochResult candidate, EpochResult best) => double.IsNaN(best.ValidationAccuracy)
        || (candidate.ValidationAccuracy, -candidate.ValidationLoss).CompareTo((best.ValidationAccuracy, -best.ValidationLoss)) > 0;
}
