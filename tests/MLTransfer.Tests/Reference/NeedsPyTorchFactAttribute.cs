namespace MLTransfer.Tests.Reference;

/// <summary>
/// A test that compares with PyTorch; skipped, visibly, where Debian's python3-torch, or a file of ../shared it needs, is missing.
/// </summary>
public sealed class NeedsPyTorchFactAttribute : FactAttribute
{
    public NeedsPyTorchFactAttribute(string? shared = null)
    {
        if (!PyTorch.IsThere)
            Skip = "PyTorch is not here: apt-get install python3-torch.";
        else if (shared is not null && !SharedFolder.Has(shared))
            Skip = $"../shared/{shared} is not here.";
    }
}
