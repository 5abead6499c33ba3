namespace MLTransfer.Weights;

/// <summary>Names as training scripts leave them, brought back to the names of the model itself.</summary>
internal static class StateDictNames
{
    // DataParallel, torch.compile, and models that wrap their backbone.
    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "backbone."];

    /// <summary>Drops each known prefix that all names share, as often as they share one.</summary>
    public static IReadOnlyDictionary<string, StoredTensor> WithoutPrefixes(IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        while (tensors.Count > 0 && Prefixes.FirstOrDefault(prefix => IsShared(tensors, prefix)) is string shared)
            tensors = Shortened(tensors, shared.Length);
        return tensors;
    }

    private static bool IsShared(IReadOnlyDictionary<string, StoredTensor> tensors, string prefix) =>
        tensors.Keys.All(name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal));

    private static OrderedDictionary<string, StoredTensor> Shortened(IReadOnlyDictionary<string, StoredTensor> tensors, int length)
    {
        var shortened = new OrderedDictionary<string, StoredTensor>(tensors.Count, StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors.Values)
            shortened.Add(tensor.Name[length..], tensor with { Name = tensor.Name[length..] });
        return shortened;
    }
}
