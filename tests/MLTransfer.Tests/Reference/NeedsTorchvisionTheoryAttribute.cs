namespace MLTransfer.Tests.Reference;

/// <summary>A theory that compares with torchvision; skipped, visibly, where it or a file of ../shared is missing.</summary>
public sealed class NeedsTorchvisionTheoryAttribute : TheoryAttribute
{
    public NeedsTorchvisionTheoryAttribute(string shared)
    {
        if (!PyTorch.HasTorchvision) Skip = "torchvision is not here: apt-get install python3-torchvision.";
        else if (!SharedFolder.Has(shared)) Skip = $"../shared/{shared} is not here.";
    }
}
