namespace MLTransfer.Tests.Reference;

/// <summary>A theory that compares with torchvision; skipped, visibly, where it or what it needs of ../shared is missing.</summary>
public sealed class NeedsTorchvisionTheoryAttribute : TheoryAttribute
{
    public NeedsTorchvisionTheoryAttribute(params string[] shared)
    {
        if (!PyTorch.HasTorchvision) Skip = "torchvision is not here: apt-get install python3-torchvision.";
        else if (shared.FirstOrDefault(path => !SharedFolder.Has(path)) is { } missing) Skip = $"../shared/{missing} is not here.";
    }
}
