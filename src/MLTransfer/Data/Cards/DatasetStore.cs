using MLTransfer.Downloads;

namespace MLTransfer.Data.Cards;

/// <summary>Downloads published data sets and unpacks them; nothing is unpacked before its checksum agrees.</summary>
/// <param name="options">How.</param>
public sealed class DatasetStore(DatasetStoreOptions options)
{
    /// <summary>Brings a data set into a folder, unless it is there.</summary>
    /// <param name="card">The data set.</param>
    /// <param name="folder">Where it shall be: a folder that does not exist, is empty, or holds the same data set.</param>
    /// <param name="progress">Hears how far it is, on whatever thread.</param>
    /// <param name="cancel">Stops; what was downloaded is kept, and the next call goes on from there.</param>
    /// <exception cref="DownloadException">A file cannot be had, or is not what was expected.</exception>
    /// <exception cref="InvalidDataException">An archive is damaged, or would write elsewhere; nothing is left of it.</exception>
    /// <exception cref="IOException">The folder holds something else, or cannot be written to.</exception>
    public async Task<LocalDataset> GetAsync(
        DatasetCard card, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder));
        if (Found(card, folder) is { } there)
            return there;
        var files = new DatasetFiles(options, card, progress);
        string building = folder + ".unpacking";
        Directory.CreateDirectory(files.Folder);
        using IDisposable alone = await DownloadLock.AcquireAsync(
            Path.Combine(files.Folder, "unpacking"), options.Conditions.Clock, () =>
            progress?.Report(new(card.Name, DownloadPhase.WaitingForAnother, 0, null)), cancel).ConfigureAwait(false);
        if (Found(card, folder) is { } meanwhile)
            return meanwhile;
        Remove(building);
        try
        {
            Directory.CreateDirectory(building);
            FreeSpace.Check(building, 2 * (card.Bytes ?? 0));
            IReadOnlyList<string> skipped = await FillAsync(card, files, building, progress, cancel).ConfigureAwait(false);
            if (card.Layout == DatasetLayout.Lists)
                DatasetLists.WriteManifest(card, building);
            var receipt = DatasetReceipt.Of(card, building, skipped);
            receipt.WriteTo(building);
            MakeRoom(folder);
            Directory.Move(building, folder);
            Array.ForEach([.. card.Files], file => File.Delete(Path.Combine(files.Folder, file.Name)));
            return new(card, folder, WasThere: false, receipt.Files, receipt.Bytes, skipped);
        }
        finally
        {
            Remove(building);
        }
    }

    private static LocalDataset? Found(DatasetCard card, string folder)
    {
        if (File.Exists(folder))
            throw new IOException($"'{folder}' is a file; a folder for the data set is expected. Choose another place.");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return null;
        if (DatasetReceipt.In(folder) is not { } noted || noted.Name != card.Name)
            throw new IOException($"The folder '{folder}' holds something else than the data set '{card.Name}'. Choose another folder, "
                + $"or empty it.");
        var found = DatasetReceipt.Of(card, folder, noted.Skipped);
        return noted.Agrees(found) ? new(card, folder, WasThere: true, noted.Files, noted.Bytes, noted.Skipped) : throw new IOException(
            $"The data set in '{folder}' is not whole any more: it has {found.Files:N0} files with {found.Bytes:N0} bytes, not "
            + $"{noted.Files:N0} with {noted.Bytes:N0}. "
            + "Remove the folder, and it is brought anew; or name another.");
    }

    private static async Task<IReadOnlyList<string>> FillAsync(
        DatasetCard card, DatasetFiles files, string building, IProgress<DownloadProgress>? progress, CancellationToken cancel)
    {
        List<string> skipped = [];
        foreach (DatasetFile file in card.Files)
        {
            string path = await files.GetAsync(file, cancel).ConfigureAwait(false);
            string into = file.Into is null ? building : Path.Combine(building, file.Into);
            Directory.CreateDirectory(into);
            if (!Archive.Is(file.Name))
            {
                File.Copy(path, Path.Combine(into, file.Name));
                continue;
            }
            long bytes = new FileInfo(path).Length;
            FreeSpace.Check(building, bytes);
            var unpacker = new Unpacker(path, into, UnpackLimits.For(bytes),
                done => progress?.Report(new(file.Name, DownloadPhase.Unpacking, done, bytes)), cancel);
            skipped.AddRange((await Task.Run(unpacker.Run, cancel).ConfigureAwait(false)).Skipped);
        }
        return skipped;
    }

    // Downloads take hours: what came into the folder meanwhile is somebody's.
    private static void MakeRoom(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"Something came into the folder '{folder}' while the data set was downloaded; it is left alone. "
                + $"Empty the folder or choose another, and ask again: what was downloaded is kept.");
        Directory.Delete(folder);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
