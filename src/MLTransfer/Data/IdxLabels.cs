using System.Buffers.Binary;
using System.Globalization;

namespace MLTransfer.Data;

/// <summary>The labels beside an IDX file of images: a byte each, or, in QMNIST, eight integers of which the first is the class.</summary>
internal static class IdxLabels
{
    /// <exception cref="InvalidDataException">It holds no labels, or is damaged.</exception>
    public static int[] Read(string path)
    {
        ContainerErrors errors = new(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        bool isCompressed = file.ReadByte() == 0x1f;
        file.Position = 0;
        IdxFile idx = IdxFile.Open(file, isCompressed, errors);
        int columns = idx switch
        {
            { Type: IdxFile.Bytes, Dimensions.Length: 1 } or { Type: IdxFile.Integers, Dimensions.Length: 1 } => 1,
            { Type: IdxFile.Integers, Dimensions: [_, >= 1 and var wide] } => wide,
            _ => throw errors.Unreadable($"is an IDX file of {string.Join(" × ", idx.Dimensions)} numbers: not of labels",
            "Give the images and the labels of one data set the names that they were published with."),
        };
        int width = idx.Type == IdxFile.Bytes ? 1 : sizeof(int);
        byte[] content = new byte[(long)idx.Dimensions[0] * columns * width];
        idx.Source.Read(idx.Start, content);
        return [.. Enumerable.Range(0, idx.Dimensions[0])
            .Select(row => width == 1 ? content[row] : BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(row * columns * width)))];
    }

    /// <summary>What the classes are called: digits by themselves, EMNIST's by the letter they show, as torchvision has them.</summary>
    public static string Name(string fileName, int label) => Alphabet(fileName) is { } letters && (uint)label < (uint)letters.Length
        ? letters[label].ToString()
        : label.ToString(CultureInfo.InvariantCulture);

    // Letters are counted from 1, whatever their case; balanced and bymerge have one class for both cases of letters that look alike.
    private static string? Alphabet(string fileName)
    {
        const string Digits = "0123456789", Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Lower = "abcdefghijklmnopqrstuvwxyz";
        string[] parts = fileName.ToLowerInvariant().Split('-');
        return parts is not ["emnist", var kind, ..] ? null : kind switch
        {
            "letters" => "0" + Lower,
            "byclass" => Digits + Upper + Lower,
            "balanced" or "bymerge" => Digits + Upper + "abdefghnqrt",
            _ => null,
        };
    }
}
