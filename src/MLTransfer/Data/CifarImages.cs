using System.Text;
using System.Text.RegularExpressions;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>Images of CIFAR-10 or CIFAR-100, 32 × 32 pixels in planes of red, green and blue, with their classes.</summary>
internal abstract class CifarImages(int[] labels) : RasterContainer(labels.Length, Side, Side)
{
    protected const int Side = 32, Plane = Side * Side, ImageLength = 3 * Plane;

    /// <summary>The class of each image; in CIFAR-100, the fine one.</summary>
    public int[] Labels => labels;

    protected sealed override void Read(int index, Span<byte> target)
    {
        Span<byte> planes = stackalloc byte[ImageLength];
        ReadPlanes(index, planes);
        for (int pixel = 0, to = 0; pixel < Plane; pixel++, to += 3)
            (target[to], target[to + 1], target[to + 2]) = (planes[pixel], planes[Plane + pixel], planes[(2 * Plane) + pixel]);
    }

    protected abstract void ReadPlanes(int index, Span<byte> planes);
}

/// <summary>
/// The binary version of CIFAR (https://www.cs.toronto.edu/~kriz/cifar.html): records of a label, in CIFAR-100 a coarse and a fine one, and
/// an image. The file has no header: it is recognized by its name and length.
/// </summary>
internal sealed partial class CifarBinary : CifarImages
{
    private const int RecordsAtOnce = 1024;
    private readonly ByteSource _source;
    private readonly int _labelLength;

    private CifarBinary(ByteSource source, int labelLength)
        : base(ReadLabels(source, labelLength)) => (_source, _labelLength) = (source, labelLength);

    public override string Format => _labelLength == 1 ? "CIFAR-10, binary" : "CIFAR-100, binary";

    public static bool LooksLike(string path, long length) =>
        LabelLength(path) is > 0 and var label && length > 0 && length % (label + ImageLength) == 0;

    public static CifarBinary Open(string path, FileStream file, ContainerErrors errors) =>
        new(new ByteSource(file, errors), LabelLength(path));

    /// <summary>Whether a file has a CIFAR name, whatever its length.</summary>
    public static bool HasCifarName(string path) => LabelLength(path) > 0;

    /// <summary>The error for a file with a CIFAR name and an impossible length.</summary>
    public static InvalidDataException WrongLength(string path) => new ContainerErrors(path).CutShort(
        $"it has {new FileInfo(path).Length:N0} bytes, which are not whole records of {LabelLength(path) + ImageLength:N0}");

    protected override void ReadPlanes(int index, Span<byte> planes) =>
        _source.Read(((long)index * (_labelLength + ImageLength)) + _labelLength, planes);

    private static int[] ReadLabels(ByteSource source, int labelLength)
    {
        int record = labelLength + ImageLength;
        int[] labels = new int[source.Length / record];
        byte[] records = new byte[Math.Min(RecordsAtOnce, labels.Length) * record];
        for (int index = 0; index < labels.Length; index++)
        {
            int within = index % RecordsAtOnce;
            if (within == 0)
                source.Read((long)index * record, records.AsSpan(0, Math.Min(RecordsAtOnce, labels.Length - index) * record));
            labels[index] = records[(within * record) + labelLength - 1];
        }
        return labels;
    }

    private static int LabelLength(string path) => Path.GetFileName(path) switch
    {
        var name when CifarTen().IsMatch(name) => 1,
        "train.bin" or "test.bin" => 2,
        _ => 0,
    };

    [GeneratedRegex(@"^(data_batch_\d+|test_batch)\.bin$")]
    private static partial Regex CifarTen();
}

/// <summary>
/// The Python version of CIFAR: a pickled dictionary with a numpy array of the images and a list of labels, kept in memory.
/// </summary>
internal sealed class CifarPickle : CifarImages
{
    private readonly byte[] _data;

    private CifarPickle(byte[] data, int[] labels)
        : base(labels) => _data = data;

    public override string Format => "CIFAR, Python";

    public static bool LooksLike(ReadOnlySpan<byte> head) => PickleReader.LooksLike(head);

    /// <exception cref="InvalidDataException">It asks for more than arrays and containers, or is not a batch of CIFAR.</exception>
    public static CifarPickle Open(FileStream file, ContainerErrors errors)
    {
        using (file)
        {
            PickledDocument document = PickledDocument.Read(file, errors);
            if (document["data"] is not PickledArray { Type: "u1" or "B" or "uint8", Shape: [var count, ImageLength], Bytes: var data }
                || data.Length != count * ImageLength)
                throw errors.Unreadable($"is a pickle without CIFAR images: under 'data', an array of N × {ImageLength} bytes is expected",
                    "Give 'data_batch_1' to 'data_batch_5' and 'test_batch', or 'train' and 'test', as published.");
            int[] labels = Labels(document["labels"] ?? document["fine_labels"], errors);
            return labels.Length == count ? new CifarPickle(data, labels)
                : throw errors.Damaged($"it has {count:N0} images and {labels.Length:N0} labels");
        }
    }

    protected override void ReadPlanes(int index, Span<byte> planes) => _data.AsSpan(index * ImageLength, ImageLength).CopyTo(planes);

    private static new int[] Labels(object? list, ContainerErrors errors) => list is PickledList labels
        ? [.. labels.Select(label => label is long number and >= 0 and <= byte.MaxValue
            ? (int)number
            : throw errors.Damaged("one of its labels is not a class"))]
        : throw errors.Damaged("it has no list of labels ('labels' or 'fine_labels')");
}

/// <summary>A pickled dictionary whose keys are text, as Python 2 or 3 wrote it.</summary>
internal sealed class PickledDocument
{
    private readonly PickledDictionary _items;

    private PickledDocument(PickledDictionary items) => _items = items;

    /// <summary>The value under a key; null where there is none.</summary>
    public object? this[string key] => _items.LastOrDefault(item => Text(item.Key) == key).Value;

    /// <exception cref="InvalidDataException">It is not such a pickle, damaged, or asks for more than arrays and containers.</exception>
    public static PickledDocument Read(FileStream file, ContainerErrors errors)
    {
        ByteSource source = new(file, errors);
        ReadBudget budget = new(source.Length, errors);
        byte[] content = new byte[budget.Take(source.Length, "its pickle")];
        source.Read(0, content);
        budget.Take(PickleCost.ForText(content.Length), "its pickle");
        object? value = new Unpickler(
            new PickleReader(content, errors), NumpyGlobals.Allowed, _ => throw errors.Damaged("its pickle refers to a storage"),
            budget, errors, oldTextAsBytes: true).Read();
        return value is PickledDictionary items ? new PickledDocument(items)
            : throw errors.Unreadable("is a pickle, but not of a dictionary", "Give the files of CIFAR as published.");
    }

    /// <summary>The texts of a list under a key; null where there is none.</summary>
    public string[]? Texts(string key) => this[key] is PickledList list ? [.. list.Select(Text).OfType<string>()] : null;

    private static string? Text(object? value) => value as string ?? (value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : null);
}
