namespace MLTransfer.Tests.Reference;

/// <summary>A theory that needs a file or folder of ../shared; skipped, visibly, where it is missing.</summary>
public sealed class NeedsSharedTheoryAttribute : TheoryAttribute
{
    public NeedsSharedTheoryAttribute(string relative)
    {
        if (!SharedFolder.Has(relative))
            Skip = $"../shared/{relative} is not here.";
    }
}
