namespace TorchSharp;

/// <summary>A module that says how far a prediction is from its target.</summary>
public abstract class Loss<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>
{
    protected Loss(torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(nameof(Loss<T1, T2, TResult>)) =>
        this.reduction = reduction;

    public torch.nn.Reduction reduction { get; }
}
