namespace MLTransfer.Tests.Reference;

/// <summary>A test that compares with torchvision; skipped, visibly, where it is missing.</summary>
public sealed class NeedsTorchvisionFactAttribute : FactAttribute
{
    public NeedsTorchvisionFactAttribute()
    {
        if (!PyTorch.HasTorchvision) Skip = "torchvision is not here: apt-get install python3-torchvision.";
    }
}
