using System.Security.Cryptography;
using System.Text;
using MLTransfer.Files;
using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>
/// Keeps outputs of layers for a list of images on disk, in a file for each view of them. They cannot be stale: the folder is named by the
/// hash of everything they depend on, the images' contents too, and an output that does not agree with its checksum counts as missing.
/// Outputs that no other training uses are in a <see cref="NamelessFile"/> each.
/// </summary>
/// <remarks>One thread may write, while others read.</remarks>
internal sealed class ActivationStore : IDisposable
{
    /// <summary>Bytes that the outputs of all trainings may take in one cache folder; those used longest ago go first.</summary>
    public const long FolderLimit = 16L << 30;

    private const string FolderName = "activations", DescriptionFile = "layers.txt", Extension = ".activations";
    private readonly IReadOnlyList<ImageSource> _images;
    private readonly byte[]?[] _hashes;
    private readonly bool _isTemporary;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, ActivationFile?> _files = [];

    private ActivationStore(string folder, bool isTemporary, IReadOnlyList<ImageSource> images, byte[]?[] hashes) =>
        (Folder, _isTemporary, _images, _hashes) = (folder, isTemporary, images, hashes);

    /// <summary>The folder of these outputs; that of all temporary files for temporary ones.</summary>
    public string Folder { get; }

    /// <summary>Why nothing is written any more; null while it is.</summary>
    public string? LostBecause { get; private set; }

    /// <summary>Opens the outputs of one training.</summary>
    /// <param name="cache">The folder of all trainings.</param>
    /// <param name="description">Everything that the outputs depend on besides the images' contents and the view.</param>
    /// <param name="images">The images.</param>
    /// <param name="hashes">The hash of each image's content, as <see cref="ContentHashes"/> has them.</param>
    /// <exception cref="IOException">The folder cannot be created or written.</exception>
    public static ActivationStore Open(string cache, string description, IReadOnlyList<ImageSource> images, byte[]?[] hashes)
    {
        try
        {
            string all = Path.Combine(cache, FolderName), own = Path.Combine(all, Key(description, hashes));
            Directory.CreateDirectory(own);
            // Written each time: it tells when the outputs were used last.
            AtomicFile.Write(Path.Combine(own, DescriptionFile), stream => stream.Write(Encoding.UTF8.GetBytes(description)));
            return new(own, isTemporary: false, images, hashes);
        }
        catch (UnauthorizedAccessException refusal)
        {
            throw new IOException(refusal.Message, refusal);
        }
    }

    /// <summary>Keeps outputs only until this is disposed or the process ends.</summary>
    /// <param name="folder">The folder of temporary files.</param>
    /// <param name="images">The images.</param>
    /// <param name="hashes">As for <see cref="Open"/>.</param>
    public static ActivationStore OpenTemporary(string folder, IReadOnlyList<ImageSource> images, byte[]?[] hashes) =>
        new(folder, isTemporary: true, images, hashes);

    /// <summary>Deletes outputs of other trainings, those used longest ago first, where all would take more than the limit.</summary>
    /// <param name="cache">The folder of all trainings.</param>
    /// <param name="own">The stores of this training.</param>
    /// <param name="expected">How many bytes they will take at most.</param>
    public static void MakeRoom(string cache, IReadOnlyList<ActivationStore> own, long expected)
    {
        long room = FolderLimit - expected;
        try
        {
            var others = new DirectoryInfo(Path.Combine(cache, FolderName)).EnumerateDirectories()
                .Where(folder => own.All(store => store.Folder != folder.FullName))
                .OrderByDescending(folder => new FileInfo(Path.Combine(folder.FullName, DescriptionFile)).LastWriteTimeUtc);
            foreach (DirectoryInfo folder in others)
            {
                room -= folder.EnumerateFiles().Sum(file => file.Length);
                if (room < 0) Delete(folder.FullName);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another process makes room as well.
        }
    }

    /// <summary>Whether there seems to be the output for an image.</summary>
    public bool Has(int view, int image) => File(view)?.Has(image) == true;

    /// <summary>Memory for the outputs of some images, a new tensor in no dispose scope; null where there are none of the view.</summary>
    public Tensor? Allocate(int view, int images)
    {
        if (File(view) is not { Layout: var layout }) return null;
        using var scope = NewDisposeScope();
        Tensor rows = empty([images, .. layout.Shape], layout.Type);
        return (layout.IsChannelsLast ? rows.permute(0, 3, 1, 2) : rows).DetachFromDisposeScope();
    }

    /// <summary>Reads the outputs for images, on any thread.</summary>
    /// <param name="view">The view.</param>
    /// <param name="images">The images.</param>
    /// <param name="outputs">What <see cref="Allocate"/> made for as many images.</param>
    /// <returns>False where one of them is missing or damaged.</returns>
    public bool TryRead(int view, IReadOnlyList<int> images, Tensor outputs)
    {
        using Tensor rows = Rows(outputs, out ActivationLayout layout);
        // Another file may have taken its place since the memory was allocated.
        if (File(view) is not { } file || file.Layout != layout) return false;
        for (int row = 0; row < images.Count; row++)
        {
            if (!file.TryRead(images[row], rows.bytes.Slice(row * file.Layout.Bytes, file.Layout.Bytes))) return false;
        }

        return true;
    }

    /// <summary>Keeps the outputs for images, but for those whose content has changed. A full disk ends that, and nothing else.</summary>
    /// <param name="view">The view.</param>
    /// <param name="images">The image of each row.</param>
    /// <param name="outputs">(N, …), on any device.</param>
    public void Write(int view, IReadOnlyList<int> images, Tensor outputs)
    {
        if (LostBecause is not null) return;
        using var scope = NewDisposeScope();
        // A network of the user's may give other numbers.
        if (outputs.dtype is not (ScalarType.Float32 or ScalarType.BFloat16)) return;
        Tensor rows = Rows(outputs, out ActivationLayout layout).cpu().contiguous();
        try
        {
            ActivationFile file = FileFor(view, layout);
            for (int row = 0; row < images.Count; row++)
            {
                int image = images[row];
                if (_hashes[image] is { } hash && ContentHashes.IsUnchanged(hash, _images[image]))
                    file.Write(image, rows.bytes.Slice(row * layout.Bytes, layout.Bytes));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LostBecause = $"The outputs of frozen layers cannot be kept in '{Folder}' any more: {failure.Message}";
        }
    }

    /// <summary>Closes the files; the system then removes temporary ones.</summary>
    public void Dispose()
    {
        foreach (ActivationFile? file in _files.Values) file?.Dispose();
        _files.Clear();
    }

    private static string Key(string description, byte[]?[] hashes)
    {
        using var key = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        key.AppendData(Encoding.UTF8.GetBytes(description));
        foreach (byte[]? hash in hashes) key.AppendData(hash ?? new byte[SHA256.HashSizeInBytes]);
        return Convert.ToHexStringLower(key.GetHashAndReset());
    }

    /// <summary>The outputs as they are stored: maps in channels-last memory as (N, H, W, C).</summary>
    private static Tensor Rows(Tensor outputs, out ActivationLayout layout)
    {
        bool isChannelsLast = outputs.dim() == 4 && !outputs.is_contiguous();
        Tensor rows = isChannelsLast ? outputs.permute(0, 2, 3, 1) : outputs.alias();
        layout = new(rows.dtype, isChannelsLast, rows.shape[1..]);
        return rows;
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another process uses it, or has deleted it.
        }
    }

    private string PathOf(int view) => Path.Combine(Folder, $"view-{view}{Extension}");

    private ActivationFile? File(int view)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(view, out ActivationFile? file))
                _files[view] = file = _isTemporary ? null : ActivationFile.TryOpen(PathOf(view), _images.Count);
            return file;
        }
    }

    private ActivationFile FileFor(int view, ActivationLayout layout)
    {
        if (File(view) is { } found && found.Layout.Equals(layout)) return found;
        lock (_lock)
        {
            _files[view]?.Dispose();
            _files[view] = null;
            ActivationFile file = _isTemporary
                ? ActivationFile.Create(NamelessFile.Create(Folder), _images.Count, layout)
                : ActivationFile.Create(PathOf(view), _images.Count, layout);
            _files[view] = file;
            return file;
        }
    }
}
