using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

/// <summary>A theory that compares with torchvision's transforms; skipped, visibly, where torchvision or ../shared is missing.</summary>
public sealed class NeedsTorchvisionTheoryAttribute : TheoryAttribute
{
    public NeedsTorchvisionTheoryAttribute()
    {
        if (!PyTorch.HasTorchvision)
            Skip = "torchvision is not here: apt-get install python3-torchvision.";
        else if (!SharedFolder.Has(TorchvisionCases.Script) || !SharedFolder.Has(TorchvisionCases.Pictures))
            Skip = $"../shared/{TorchvisionCases.Script} or ../shared/{TorchvisionCases.Pictures} is not here.";
    }
}
