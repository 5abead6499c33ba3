namespace TorchSharp;

/// <summary>A loss in which classes count differently.</summary>
public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
{
    protected WeightedLoss(torch.Tensor? weight = null, torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(reduction) =>
        this.weight = weight;

    public torch.Tensor? weight { get; }
}
