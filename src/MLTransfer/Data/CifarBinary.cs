using System.Text.RegularExpressions;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// The binary version of CIFAR (https://www.cs.toronto.edu/~kriz/cifar.html): records of a label, of CIFAR-100 a coarse and a fine one,
/// and a
/// image. Nothing in the file says what it is: its name and its length do.
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

    /// <summary>Whether a file is named like one of them, whatever its length.</summary>
    public static bool IsNamedSo(string path) => LabelLength(path) > 0;

    /// <summary>What is wrong with a file that is named like one of them, and has another length.</summary>
    public static InvalidDataException WrongLength(string path) => new ContainerErrors(path).CutShort(
        $"it has {new FileInfo(path).Length:N0} bytes, which are no whole records of {LabelLength(path) + ImageLength:N0}");

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
