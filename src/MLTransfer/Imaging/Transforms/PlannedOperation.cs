namespace MLTransfer.Imaging.Transforms;

/// <summary>An operation of <see cref="AutoAugment"/>, how often it is done and how strong.</summary>
internal sealed record PlannedOperation(Operation Operation, double Probability, int Bin = 0)
{
    internal OperationRange Choice { get; } = OperationSpaces.AutoAugment.Single(range => range.Operation == Operation);
}
