using MLTransfer.Downloads;

namespace MLTransfer.Data.Cards;

/// <summary>Brings the files of a data set to this machine, from wherever they can be had.</summary>
internal sealed class DatasetFiles(DatasetStoreOptions options, DatasetCard card, IProgress<DownloadProgress>? progress)
{
    /// <summary>Where the files lie until they are unpacked.</summary>
    public string Folder { get; } = Path.Combine(options.CacheFolder, card.Name);

    /// <summary>The path of a file, complete and checked.</summary>
    /// <exception cref="DownloadException">It cannot be had, or is not what was expected.</exception>
    public async Task<string> GetAsync(DatasetFile file, CancellationToken cancel)
    {
        string target = Path.Combine(Folder, file.Name);
        if (options.Offline)
        {
            return await IsIntactAsync(target, file, cancel).ConfigureAwait(false) ? target : throw new DownloadException(
                file.Name, $"is not on this machine (looked for {target}), and nothing may be downloaded",
                $"Download {options.AddressesOf(file)[0]} and put it there, or allow downloads (without --offline; "
                + $"{nameof(DatasetStoreOptions.Offline)} in code).");
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
        return new Downloader(wanted, options.Conditions, progress).RunAsync(path => IsIntactAsync(path, file, cancel), cancel);
    }

    private static async Task<bool> IsIntactAsync(string path, DatasetFile file, CancellationToken cancel)
    {
        if (!File.Exists(path))
            return false;
        return file.Checksum is not { } expected || expected.Agrees(await expected.OfAsync(path, cancel).ConfigureAwait(false));
    }
}
