namespace MLTransfer.Weights;

/// <summary>Names as training scripts leave them, brought back to the names of the model itself.</summary>
internal static class StateDictNames
{
    // DataParallel, torch.compile, and models that wrap their backbone.
    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "backbone."];

    /// <summary>The known prefixes, one after the other, that all names share; empty when there is none.</summary>
    public static string SharedPrefix(IReadOnlyCollection<TensorDescription> tensors)
    {
        string shared = "";
        while (tensors.Count > 0 && Prefixes
            .FirstOrDefault(prefix => tensors.All(tensor => Continues(tensor.Name, shared, prefix))) is string prefix)
            shared += prefix;
        return shared;
    }

    private static bool Continues(string name, string start, string prefix) =>
        name.Length > start.Length + prefix.Length && name.AsSpan(start.Length).StartsWith(prefix, StringComparison.Ordinal);
}
