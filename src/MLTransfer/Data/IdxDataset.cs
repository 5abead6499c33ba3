using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MLTransfer.Data;

/// <summary>MNIST and similar data sets: files of images, each with a file of labels.</summary>
internal static class IdxDataset
{
    private const string Format = "IDX files";

    /// <summary>The data set of the file pairs in a folder; null where there are none.</summary>
    /// <exception cref="InvalidDataException">There are several data sets, or images and labels do not match.</exception>
    public static ImageDataset? TryReadFolder(string folder)
    {
        // A file that exists both compressed and decompressed counts once.
        var pairs = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Names: IdxNames.TryParse(path)))
            .Where(file => file.Names is not null)
            .DistinctBy(file => (file.Names!.DataSet, file.Names.Split)).ToArray();
        if (pairs.Length == 0)
            return null;
        string[] sets = [.. pairs.Select(pair => pair.Names!.DataSet).Distinct()];
        if (sets.Length > 1)
        {
            string names = string.Join(", ", sets.Select(set => set.Length == 0 ? "one without a name" : set));
            throw new InvalidDataException(
                $"The folder '{folder}' holds several data sets: {names}. Give a folder for each, or name one file of images, such as "
                + $"'{pairs[0].Path}'.");
        }
        return Create(folder, pairs.SelectMany(pair => Rows(pair.Path, pair.Names!.Split)));
    }

    /// <summary>The data set of one file of images and its labels.</summary>
    public static ImageDataset ReadFile(string path) => Create(path, Rows(path, split: null));

    // Unnamed classes are numbers, in numeric order: 2 before 10.
    private static ImageDataset Create(string path, IEnumerable<ImageRow> images)
    {
        ImageRow[] rows = [.. images];
        return new ImageDataset(path, Format, rows,
            [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).OrderBy(label => label.Length)
                .ThenBy(label => label, StringComparer.Ordinal)]);
    }

    private static IEnumerable<ImageRow> Rows(string path, string? split)
    {
        string labelsPath = IdxNames.FindLabels(path) ?? throw new InvalidDataException(
            $"The labels of '{path}' are not in its folder. A file of the same name is expected, with 'labels-idx1-ubyte' (or idx2-int) "
                + "instead of 'images-idx3-ubyte', with or without .gz.");
        SharedContainer shared = SharedContainer.Find(path)!;
        IReadOnlyList<string> names = shared.Container.Names;
        int[] labels = IdxLabels.Read(labelsPath);
        if (labels.Length != names.Count)
            throw new InvalidDataException(
                $"'{path}' has {names.Count:N0} images and '{labelsPath}' {labels.Length:N0} labels: they do not belong together. Copy "
                + $"or download both again.");
        string fileName = Path.GetFileName(path);
        return names.Select((name, index) => new ImageRow(ContainerPath.Join(path, name), IdxLabels.ClassName(fileName, labels[index]), split));
    }
}

/// <summary>
/// The names that IDX files are published with: <c>t10k-images-idx3-ubyte.gz</c>, <c>emnist-letters-train-images-idx3-ubyte</c>.
/// </summary>
/// <param name="DataSet">The part before the split: empty for MNIST, <c>qmnist</c>, <c>emnist-letters</c>.</param>
/// <param name="Split">train or test.</param>
internal sealed partial record IdxNames(string DataSet, string Split)
{
    private static readonly string[] LabelFormats = ["idx1-ubyte", "idx2-int", "idx1-ubyte.gz", "idx2-int.gz"];

    /// <summary>Parses the name of a file of images; null where it is not named like one.</summary>
    public static IdxNames? TryParse(string path) => Images().Match(Path.GetFileName(path)) is { Success: true } match
        ? new IdxNames(match.Groups["set"].Value.TrimEnd('-'), match.Groups["split"].Value is "train" ? SplitNames.Train : SplitNames.Test)
        : null;

    /// <summary>The file of labels in the folder of a file of images; null where there is none.</summary>
    public static string? FindLabels(string images)
    {
        string name = Path.GetFileName(images);
        if (Images().Match(name) is not { Success: true } match)
            return null;
        string labels = Path.Combine(
            Path.GetDirectoryName(images)!, $"{name[..match.Groups["images"].Index]}labels{match.Groups["dot"].Value}");
        return LabelFormats.Select(format => labels + format).FirstOrDefault(File.Exists);
    }

    // Some tools replace the dash before the format by a dot.
    [GeneratedRegex(@"^(?<set>.*-|)(?<split>train|test|t10k)-(?<images>images)(?<dot>[-.])idx3-ubyte(\.gz)?$")]
    private static partial Regex Images();
}

/// <summary>The labels of an IDX file of images: one byte each, or, in QMNIST, eight integers of which the first is the class.</summary>
internal static class IdxLabels
{
    /// <exception cref="InvalidDataException">The file contains no labels, or is damaged.</exception>
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

    /// <summary>The name of a class: a number, or in EMNIST the character shown, as in torchvision.</summary>
    public static string ClassName(string fileName, int label) => Alphabet(fileName) is { } letters && (uint)label < (uint)letters.Length
        ? letters[label].ToString()
        : label.ToString(CultureInfo.InvariantCulture);

    // In "letters" both cases share a class and count from 1; in "balanced" and "bymerge" only letters whose cases look alike do.
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
