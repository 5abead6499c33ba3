using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Files;
using MLTransfer.Imaging;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>
/// The features of a list of images, in one view or several, which are written while they are computed: in memory where they are few,
/// otherwise in a <see cref="NamelessFile"/>.
/// </summary>
/// <remarks>A row is an image that has features: those of the first view, in the order of the images, then those of the next.</remarks>
internal sealed class FeatureRows : IDisposable
{
    /// <summary>More bytes than this are in a file.</summary>
    public const long MostInMemory = 256L << 20;

    private const int MostInBlock = 8192, BatchesAhead = 4;

    private readonly int _images, _width;
    private readonly Device _device;
    private readonly bool[][] _has;
    private readonly Tensor? _values;
    private readonly SafeFileHandle? _file;
    private readonly string _folder = "";
    private int[]? _kept;

    /// <summary>Makes room for features.</summary>
    /// <param name="images">The number of images.</param>
    /// <param name="width">The width of the features.</param>
    /// <param name="device">The device that reads them.</param>
    /// <param name="views">The number of views of each image.</param>
    /// <param name="folder">Where a file is made; null, and where that folder has no room, for that of temporary files.</param>
    /// <param name="inMemory">How many bytes are kept in memory at most, in a tensor in the dispose scope of the caller.</param>
    /// <exception cref="IOException">There is no room for a file.</exception>
    public FeatureRows(
        int images, int width, Device device, int views = 1, string? folder = null, long inMemory = MostInMemory)
    {
        (_images, _width, _device) = (images, width, device);
        _has = [.. Enumerable.Range(0, views).Select(_ => new bool[images])];
        if (Bytes <= inMemory) _values = empty([(long)views * images, width], device: device);
        else (_file, _folder) = Create(folder is null ? [Path.GetTempPath()] : [folder, Path.GetTempPath()]);
    }

    /// <summary>The number of views of each image.</summary>
    public int Views => _has.Length;

    /// <summary>The images that have features, ascending.</summary>
    public IReadOnlyList<int> Kept => KeptImages;

    /// <summary>The number of these images: the rows of a view.</summary>
    public int Count => KeptImages.Length;

    /// <summary>How many rows <see cref="Blocks"/> gives at once.</summary>
    public int BlockRows => (int)Math.Clamp(MostInMemory / RowBytes, 1, MostInBlock);

    private int[] KeptImages => _kept ??= [.. Enumerable.Range(0, _images).Where(image => _has[0][image])];

    private int RowBytes => _width * sizeof(float);

    private long Bytes => (long)Views * _images * RowBytes;

    /// <summary>Writes the features of images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="features">(images, width), float32.</param>
    /// <param name="view">The view, from 0.</param>
    /// <exception cref="IOException">There is no room for them.</exception>
    public void Write(IReadOnlyList<int> images, Tensor features, int view = 0)
    {
        using var scope = NewDisposeScope();
        long[] places = [.. images.Select(image => Place(view, image))];
        if (_values is not null) _values.index_copy_(0, OnDevice(places), DeviceCopy.To(features, _device));
        else Write(places, features.cpu().contiguous());
        foreach (int image in images) _has[view][image] = true;
        _kept = null;
    }

    /// <summary>Requires features in all views of each image that has them in one.</summary>
    /// <exception cref="InvalidOperationException">An image could be read for one view, and for another one not.</exception>
    public void RequireAllViews()
    {
        if (!_has.All(view => view.AsSpan().SequenceEqual(_has[0])))
            throw new InvalidOperationException("Images changed or vanished while their features were computed; train again.");
    }

    /// <summary>Some rows, in any order: (rows, width) on the device.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public Tensor Read(IReadOnlyList<long> rows)
    {
        using var scope = NewDisposeScope();
        long[] places = Places(rows);
        if (_values is not null) return _values.index_select(0, OnDevice(places)).MoveToOuterDisposeScope();
        Tensor read = empty(places.Length, _width);
        Fill(read, places);
        return DeviceCopy.To(read, _device).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Batches of rows, one after the other: (rows, width) on the device, each disposed when the next one is asked for. From a file the
    /// next ones are read meanwhile.
    /// </summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public IEnumerable<Tensor> Read(IEnumerable<long[]> batches)
    {
        if (_values is null)
        {
            foreach (PendingRows next in ReadAhead.Of(batches.Select(Begin), BatchesAhead))
            {
                using PendingRows pending = next;
                using Tensor batch = DeviceCopy.To(pending.Rows, _device);
                yield return batch;
            }
        }
        else
        {
            foreach (long[] rows in batches)
            {
                using Tensor batch = Read(rows);
                yield return batch;
            }
        }
    }

    /// <summary>Consecutive rows: (<paramref name="count"/>, width) on the device.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public Tensor Read(long from, int count) => _values is not null && Count == _images
        ? _values.narrow(0, from, count) : Read([.. Enumerable.Range(0, count).Select(row => from + row)]);

    /// <summary>All rows of a view in their order, a block at a time, which is disposed when the next one is asked for.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public IEnumerable<Tensor> Blocks(int view = 0)
    {
        for (int from = 0; from < Count; from += BlockRows)
        {
            using Tensor block = Read((long)view * Count + from, Math.Min(BlockRows, Count - from));
            yield return block;
        }
    }

    public void Dispose()
    {
        _values?.Dispose();
        _file?.Dispose();
    }

    private Tensor OnDevice(long[] places) => DeviceCopy.To(tensor(places), _device);

    private long[] Places(IReadOnlyList<long> rows) => [.. rows.Select(row => Place((int)(row / Count), KeptImages[row % Count]))];

    private long Place(int view, int image) => (long)view * _images + image;

    private (SafeFileHandle File, string Folder) Create(string[] folders)
    {
        List<(string Folder, Exception Refusal)> refusals = [];
        foreach (string folder in folders)
        {
            try
            {
                Directory.CreateDirectory(folder);
                return (NamelessFile.Create(folder, reserved: Bytes), folder);
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                refusals.Add((folder, refusal));
            }
        }

        throw NoRoom(refusals);
    }

    private IOException NoRoom(IReadOnlyList<(string Folder, Exception Refusal)> refusals)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"The features of {_images} images take {Bytes >> 20} MiB.");
        IEnumerable<string> whys = refusals.Select(
            each => $"The folder '{each.Folder}' cannot hold them: {each.Refusal.Message.TrimEnd('.')}.");
        return new IOException($"{size} {string.Join(' ', whys)} Choose a cache folder with more room.", refusals[^1].Refusal);
    }

    private void Write(long[] places, Tensor features)
    {
        Span<byte> bytes = features.bytes;
        try
        {
            foreach ((int from, int count) in Runs(places))
                RandomAccess.Write(_file!, bytes.Slice(from * RowBytes, count * RowBytes), places[from] * RowBytes);
        }
        // Not every file system reserves room.
        catch (IOException refusal)
        {
            throw NoRoom([(_folder, refusal)]);
        }
    }

    private PendingRows Begin(long[] rows)
    {
        long[] places = Places(rows);
        Tensor read = empty(places.Length, _width).DetachFromDisposeScope();
        return new(read, Task.Run(() => Fill(read, places)));
    }

    private void Fill(Tensor read, long[] places)
    {
        Span<byte> bytes = read.bytes;
        foreach ((int from, int count) in Runs(places))
        {
            Span<byte> run = bytes.Slice(from * RowBytes, count * RowBytes);
            if (RandomAccess.Read(_file!, run, places[from] * RowBytes) != run.Length)
                throw new EndOfStreamException($"The file of features in '{_folder}' was cut short.");
        }
    }

    /// <summary>The runs of consecutive places, each of which is one access to the file.</summary>
    private static IEnumerable<(int From, int Count)> Runs(long[] places)
    {
        int from = 0;
        for (int to = 1; to <= places.Length; to++)
        {
            if (to < places.Length && places[to] == places[to - 1] + 1) continue;
            yield return (from, to - from);
            from = to;
        }
    }

    /// <summary>Rows in memory that are being read.</summary>
    private sealed record PendingRows(Tensor Memory, Task Reading) : IDisposable
    {
        public Tensor Rows
        {
            get
            {
                Reading.GetAwaiter().GetResult();
                return Memory;
            }
        }

        public void Dispose()
        {
            ReadAhead.Settle(Reading);
            Memory.Dispose();
        }
    }
}
