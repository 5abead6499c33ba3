namespace MLTransfer.Tests.Reference;

/// <summary>A test that needs a file of ../shared; skipped, visibly, where it is missing.</summary>
public sealed class NeedsSharedFactAttribute : FactAttribute
{
    public NeedsSharedFactAttribute(string relative)
    {
        if (!SharedFolder.Has(relative))
            Skip = $"../shared/{relative} is not here.";
    }
}
