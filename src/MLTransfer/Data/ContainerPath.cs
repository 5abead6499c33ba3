using System.Collections.Concurrent;

namespace MLTransfer.Data;

/// <summary>
/// The path of an image in a file that contains many: a zip or tar archive, an IDX file as of MNIST, a CIFAR file. It is the file's path
/// and the image's name, separated by <c>!/</c>: <c>images.zip!/ants/1.jpg</c>, <c>t10k-images-idx3-ubyte.gz!/123</c>. It can be used
/// wherever the path of an image can.
/// </summary>
internal static class ContainerPath
{
    private const string Separator = "!/";

    public static string Join(string container, string entry) => container + Separator + entry;

    /// <summary>
    /// The file and the name in it; null for a plain path, where nothing before a <c>!/</c> is a file.
    /// </summary>
    public static (SharedContainer Container, string Entry)? Parse(string path)
    {
        int at = path.IndexOf(Separator, StringComparison.Ordinal);
        for (; at > 0; at = path.IndexOf(Separator, at + 1, StringComparison.Ordinal))
        {
            if (SharedContainer.Find(path[..at]) is { } container)
                return (container, path[(at + Separator.Length)..]);
        }
        return null;
    }
}

/// <summary>
/// A file of many images, shared by all of them: opened when the first is read, reopened when the file has changed, and released with the
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
    /// <exception cref="InvalidDataException">It contains no images, or is damaged.</exception>
    /// <exception cref="IOException">It no longer exists, or cannot be read.</exception>
    public ContainedImages Container => TryOpen() ?? throw new ContainerErrors(_path).Unreadable(
        "holds no images that are read", "Zip and tar archives, IDX files and CIFAR files are.");

    /// <summary>The file as it is now; null where its format is not one of many images.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It no longer exists, or cannot be read.</exception>
    public ContainedImages? TryOpen()
    {
        FileInfo file = new(_path);
        lock (_opening)
        {
            // Readers of the previous version keep it open.
            if (_open is not { } open || open.Length != file.Length || open.Changed != file.LastWriteTimeUtc)
                _open = open = (Containers.TryOpen(_path), file.Length, file.LastWriteTimeUtc);
            return open.Container;
        }
    }

    /// <summary>The shared container of a file; null where there is no such file.</summary>
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
            full, _ => new WeakReference<SharedContainer>(created),
            (_, other) => other.TryGetTarget(out SharedContainer? _) ? other : new WeakReference<SharedContainer>(created));
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
