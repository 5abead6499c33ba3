using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// The Python version of CIFAR: a pickled dictionary with a numpy array of the images and a list of labels; held in memory.
/// </summary>
internal sealed class CifarPickle : CifarImages
{
    private readonly byte[] _data;

    private CifarPickle(byte[] data, int[] labels)
        : base(labels) => _data = data;

    public override string Format => "CIFAR, Python";

    public static bool LooksLike(ReadOnlySpan<byte> head) => PickledDocument.LooksLike(head);

    /// <exception cref="InvalidDataException">It asks for more than arrays and containers, or is no batch of CIFAR.</exception>
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
        ? [.. labels.Select(label => label is long and >= 0 and <= byte.MaxValue ? (int)(long)label
        : throw errors.Damaged("one of its labels is no class"))]
        : throw errors.Damaged("it has no list of labels ('labels' or 'fine_labels')");
}
