using System.Diagnostics;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>When the allocator of a process of PyTorch gives freed memory back to the system.</summary>
/// <param name="Note">Follows the name of the side.</param>
/// <param name="Variables">What the environment of the process has besides that of this one.</param>
internal sealed record MallocThresholds(string Note, IReadOnlyDictionary<string, string> Variables)
{
    internal const string MappedBlocks = "MALLOC_MMAP_THRESHOLD_=1073741824", Trimming = "MALLOC_TRIM_THRESHOLD_=4294967296";

    /// <summary>As it does unless it is asked: what a user has.</summary>
    internal static MallocThresholds Default { get; } = new("", new Dictionary<string, string>());

    /// <summary>
    /// Not before it is large: the memory of freed tensors is kept for the next ones, as MLTransfer has glibc do in its own process.
    /// </summary>
    internal static MallocThresholds Raised { get; } = new(
        ", malloc thresholds raised", new[] { MappedBlocks, Trimming }.Select(variable => variable.Split('=')).ToDictionary(
            parts => parts[0], parts => parts[1]));

    /// <summary>Those that a peer is measured with; only glibc reads the variables.</summary>
    internal static IReadOnlyList<MallocThresholds> All { get; } = OperatingSystem.IsLinux() ? [Default, Raised] : [Default];

    internal ProcessStartInfo Applied(ProcessStartInfo start)
    {
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        return start;
    }
}
