namespace MLTransfer.Models.Blocks;

/// <summary>What is added to a batch norm's variance, and the share of a batch in its running statistics.</summary>
internal sealed record BatchNormShape(double Epsilon = 1e-5, double Momentum = 0.1)
{
    /// <summary>PyTorch's default.</summary>
    public static BatchNormShape Default { get; } = new();
}
