using System.Collections.Frozen;
using System.Text.Json;

namespace MLTransfer.Models;

/// <summary>
/// What each network costs to run: <c>operations.json</c>, counted by running torchvision's networks at the size of their default weights
/// (<c>benchmarks/operations.py</c>), and by hand for those that torchvision has not.
/// </summary>
internal static class Operations
{
    private static readonly Lazy<FrozenDictionary<string, long>> Counts = new(Read);

    public static long Of(string backbone) => Counts.Value[backbone];

    private static FrozenDictionary<string, long> Read()
    {
        using Stream stream = typeof(Operations).Assembly.GetManifestResourceStream("MLTransfer.Models.operations.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, long>>(stream)!.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
