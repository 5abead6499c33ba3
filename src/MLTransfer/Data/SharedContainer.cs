using System.Collections.Concurrent;

namespace MLTransfer.Data;

/// <summary>
/// A file of many images as all of them share it: opened when the first is read, opened again when the file has changed, forgotten with the
/// last of them.
/// </summary>
internal sealed class SharedContainer
{
    private const int Swept = 64;
    private static readonly ConcurrentDictionary<string, WeakReference<SharedContainer>> All = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private readonly string _path;
    private (ContainedImages? Container, long Length, DateTime Changed)? _open;

    private SharedContainer(string path) => _path = path;

    /// <summary>The file as it is now.</summary>
    /// <exception cref="InvalidDataException">It holds no images, or is damaged.</exception>
    /// <exception cref="IOException">It is not there any more, or cannot be read.</exception>
    public ContainedImages Container => TryOpen()
        ?? throw new ContainerErrors(_path)
        .Unreadable("holds no images that are read", "Zip and tar archives, IDX files and CIFAR files are.");

    /// <summary>The file as it is now; null where it is of no form that holds images.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It is not there any more, or cannot be read.</exception>
    public ContainedImages? TryOpen()
    {
        FileInfo file = new(_path);
        lock (_opening)
        {
            // Who still reads the file as it was keeps that open.
            if (_open is not { } open || open.Length != file.Length || open.Changed != file.LastWriteTimeUtc)
                _open = open = (Containers.TryOpen(_path), file.Length, file.LastWriteTimeUtc);
            return open.Container;
        }
    }

    /// <summary>The container of a file that exists; null where there is no such file.</summary>
    public static SharedContainer? Find(string path)
    {
        string full = Path.GetFullPath(path);
        if (All.TryGetValue(full, out WeakReference<SharedContainer>? known) && known.TryGetTarget(out SharedContainer? shared))
            return shared;
        if (!File.Exists(full))
            return null;
        if (All.Count >= Swept)
            Sweep();
        SharedContainer created = new(full);
        WeakReference<SharedContainer> kept = All.AddOrUpdate(
            full, _ => new WeakReference<SharedContainer>(created), (_, other) =>
            other.TryGetTarget(out SharedContainer? _) ? other : new WeakReference<SharedContainer>(created));
        return kept.TryGetTarget(out shared) ? shared : created;
    }

    private static void Sweep()
    {
        foreach (KeyValuePair<string, WeakReference<SharedContainer>> entry in All)
        {
            if (!entry.Value.TryGetTarget(out SharedContainer? _))
                All.TryRemove(entry);
        }
    }
}
