using System.Text.Json;
using MLTransfer.Downloads;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>
/// Downloads published data sets and unpacks them, after verifying the checksums that their publishers state; some state none.
/// </summary>
internal sealed class DatasetStore(DatasetStoreOptions options)
{
    /// <summary>Downloads a data set into a folder, unless it is there already.</summary>
    /// <param name="card">The data set.</param>
    /// <param name="folder">A folder that does not exist, is empty, or contains the same data set.</param>
    /// <param name="progress">Receives the progress, on any thread.</param>
    /// <param name="cancel">Stops; what was downloaded is kept, and the next call resumes.</param>
    /// <exception cref="DownloadException">A file cannot be downloaded, or is not what was expected.</exception>
    /// <exception cref="InvalidDataException">An archive is damaged, or would write outside the folder; nothing of it is kept.</exception>
    /// <exception cref="IOException">The folder contains something else, or cannot be written to.</exception>
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
            Path.Combine(files.Folder, "unpacking"), options.Download.Clock,
            () => progress?.Report(new(card.Name, DownloadPhase.WaitingForAnother, 0, null)), cancel).ConfigureAwait(false);
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
            var receipt = DatasetReceipt.Create(card, building, skipped);
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
        if (DatasetReceipt.TryRead(folder) is not { } noted || noted.Name != card.Name)
            throw new IOException(
                $"The folder '{folder}' holds something else than the data set '{card.Name}'. Choose another folder, or empty it.");
        var found = DatasetReceipt.Create(card, folder, noted.Skipped);
        return noted.Matches(found)
            ? new(card, folder, WasThere: true, noted.Files, noted.Bytes, noted.Skipped)
            : throw new IOException(
                $"The data set in '{folder}' is no longer complete: it has {found.Files:N0} files with {found.Bytes:N0} bytes, not "
                + $"{noted.Files:N0} with {noted.Bytes:N0}. Remove the folder, and it is downloaded again; or name another.");
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
            if (!Archive.IsArchive(file.Name))
            {
                File.Copy(path, Path.Combine(into, file.Name));
                continue;
            }
            long bytes = new FileInfo(path).Length;
            FreeSpace.Check(building, bytes);
            var unpacker = new Unpacker(path, into, UnpackLimits.For(bytes),
                done => progress?.Report(new(file.Name, DownloadPhase.Unpacking, done, bytes)), cancel);
            skipped.AddRange(await Task.Run(unpacker.Run, cancel).ConfigureAwait(false));
        }
        return skipped;
    }

    // Downloads can take hours: what was put into the folder meanwhile is kept.
    private static void MakeRoom(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException(
                $"Something came into the folder '{folder}' while the data set was downloaded; it is left alone. Empty the folder or "
                + "choose another, and ask again: what was downloaded is kept.");
        Directory.Delete(folder);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

/// <summary>How data sets are downloaded.</summary>
internal sealed record DatasetStoreOptions
{
    /// <summary>The folder for downloads that are not unpacked yet; created by the first download.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Replaces scheme and host of all addresses; paths stay the same. Default: null, no mirror.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Whether downloads are forbidden. Default: false.</summary>
    public bool Offline { get; init; }

    public DownloadOptions Download { get; init; } = DownloadOptions.Default;

    /// <summary>The addresses of a file, in the order in which they are tried.</summary>
    public IReadOnlyList<Uri> AddressesOf(DatasetFile file) =>
        Mirror is null ? file.Urls : [DownloadOptions.AtMirror(Mirror, file.Urls[0])];
}

/// <summary>A published data set on this machine.</summary>
/// <param name="Card">Its card.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="WasThere">Whether it was there before.</param>
/// <param name="Files">The number of its files.</param>
/// <param name="Bytes">Their total size.</param>
/// <param name="Skipped">Entries of its archives that were not unpacked, such as links.</param>
internal sealed record LocalDataset(DatasetCard Card, string Folder, bool WasThere, int Files, long Bytes, IReadOnlyList<string> Skipped)
{
    /// <summary>
    /// The paths of its labeled images by split: a manifest of all, or a folder or file of each split; empty where there are none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Places => Card.Layout == DatasetLayout.Lists
        ? new Dictionary<string, string> { ["all"] = Path.Combine(Folder, DatasetLists.Manifest) }
        : Card.Splits.Where(split => split.Path is not null)
            .ToDictionary(split => split.Name, split => Path.Combine([Folder, .. split.Path!.Split('/')]));
}

/// <summary>Downloads the files of a data set, from the first address that works.</summary>
internal sealed class DatasetFiles(DatasetStoreOptions options, DatasetCard card, IProgress<DownloadProgress>? progress)
{
    /// <summary>The folder of the files until they are unpacked.</summary>
    public string Folder { get; } = Path.Combine(options.CacheFolder, card.Name);

    /// <summary>Returns the path of a file, complete and verified.</summary>
    /// <exception cref="DownloadException">It cannot be downloaded, or is not what was expected.</exception>
    public async Task<string> GetAsync(DatasetFile file, CancellationToken cancel)
    {
        string target = Path.Combine(Folder, file.Name);
        if (options.Offline)
        {
            return await IsIntactAsync(target, file, cancel).ConfigureAwait(false) ? target : throw new DownloadException(
                file.Name, $"is not on this machine (looked for {target}), and nothing may be downloaded",
                $"Download {options.AddressesOf(file)[0]} and put it there, or allow downloads (without --offline).");
        }
        IReadOnlyList<Uri> addresses = options.AddressesOf(file);
        foreach (Uri address in addresses.SkipLast(1))
        {
            try
            {
                return await FromAsync(address, file, target, cancel).ConfigureAwait(false);
            }
            catch (DownloadException failure)
            {
                progress?.Report(new(file.Name, DownloadPhase.AskingMirror, 0, null, failure.Reason));
            }
        }
        return await FromAsync(addresses[^1], file, target, cancel).ConfigureAwait(false);
    }

    private Task<string> FromAsync(Uri address, DatasetFile file, string target, CancellationToken cancel)
    {
        var wanted = new Download(address, target, file.Checksum, file.Bytes, $"put the file into {Folder}");
        return new Downloader(wanted, options.Download, progress).RunAsync(path => IsIntactAsync(path, file, cancel), cancel);
    }

    private static async Task<bool> IsIntactAsync(string path, DatasetFile file, CancellationToken cancel)
    {
        if (!File.Exists(path))
            return false;
        return file.Checksum is not { } expected || expected.Matches(await expected.ComputeAsync(path, cancel).ConfigureAwait(false));
    }
}

/// <summary>Checks the free space of a disk.</summary>
internal static class FreeSpace
{
    /// <exception cref="IOException">There is less space than needed; the message says how much.</exception>
    public static void Check(string folder, long bytes)
    {
        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
            throw new IOException(
                $"'{folder}' has room for {free >> 20:N0} MiB more, but {bytes >> 20:N0} MiB are needed. Make room, or choose another "
                + "folder.");
    }
}

/// <summary>A note in an unpacked data set, to recognize it: the hashes of its archives, and the number and size of its files.</summary>
internal sealed record DatasetReceipt(string Name, IReadOnlyList<string> Checksums, int Files, long Bytes, IReadOnlyList<string> Skipped)
{
    /// <summary>The name of the note; hidden, so that it is not part of the data.</summary>
    public const string FileName = ".mltransfer-dataset.json";

    /// <summary>Creates the receipt of a folder by counting its files.</summary>
    public static DatasetReceipt Create(DatasetCard card, string folder, IReadOnlyList<string> skipped)
    {
        (int files, long bytes) = (0, 0L);
        // Unpacking creates no links; one that was added later may lead anywhere, even in a circle.
        EnumerationOptions withoutLinks = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", withoutLinks).Where(file => file.Name != FileName))
            (files, bytes) = (files + 1, bytes + file.Length);
        return new(card.Name, [.. card.Files.Select(file => file.Checksum?.Digits ?? "")], files, bytes, skipped);
    }

    /// <summary>Reads the note in a folder; null where there is none, or it is damaged.</summary>
    public static DatasetReceipt? TryRead(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<DatasetReceipt>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void WriteTo(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this));

    /// <summary>Whether both are of the same card, with as many files and bytes.</summary>
    public bool Matches(DatasetReceipt other) =>
        Name == other.Name && Checksums.SequenceEqual(other.Checksums) && (Files, Bytes) == (other.Files, other.Bytes);
}
