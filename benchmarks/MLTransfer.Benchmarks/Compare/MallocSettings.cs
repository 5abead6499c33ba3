using System.Diagnostics;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>When the allocator of a process of PyTorch gives freed memory back to the system.</summary>
/// <param name="Note">Follows the name of the side.</param>
/// <param name="Variables">What the environment of the process has of glibc's variables; those of this process are left out.</param>
internal sealed record MallocSettings(string Note, IReadOnlyList<(string Name, string Value)> Variables)
{
    private const string Prefix = "MALLOC_";

    /// <summary>As it does unless it is asked: what a user has.</summary>
    internal static MallocSettings Default { get; } = new("", []);

    /// <summary>
    /// Never: the memory of freed tensors is kept for the next ones, and all threads share a heap, as MLTransfer has glibc do in its own
    /// process.
    /// </summary>
    internal static MallocSettings KeepsFreed { get; } = new(
        ", freed memory kept", [("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", "4294967296"), ("MALLOC_ARENA_MAX", "1")]);

    /// <summary>Those that a peer is measured with; only glibc reads the variables.</summary>
    internal static IReadOnlyList<MallocSettings> All { get; } = OperatingSystem.IsLinux() ? [Default, KeepsFreed] : [Default];

    /// <summary>The variables in words.</summary>
    internal string Words => string.Join(", ", Variables.Select(variable => $"`{variable.Name}={variable.Value}`"));

    internal ProcessStartInfo Applied(ProcessStartInfo start)
    {
        string[] inherited = [.. start.Environment.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))];
        foreach (var name in inherited) start.Environment.Remove(name);
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        return start;
    }
}
