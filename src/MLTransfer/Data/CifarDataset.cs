using System.Globalization;

namespace MLTransfer.Data;

/// <summary>CIFAR-10 and CIFAR-100, as published, in binary or Python form.</summary>
internal static class CifarDataset
{
    // The folders that the published archives unpack into.
    private static readonly string[] Folders = ["cifar-10-batches-bin", "cifar-10-batches-py", "cifar-100-binary", "cifar-100-python"];

    private static readonly (string Format, string[] Training, string Test)[] Forms =
    [
        ("CIFAR-10, binary", Batches(".bin"), "test_batch.bin"), ("CIFAR-10, Python", Batches(""), "test_batch"),
        ("CIFAR-100, binary", ["train.bin"], "test.bin"), ("CIFAR-100, Python", ["train"], "test"),
    ];

    /// <summary>The data set in a folder, or in a sub-folder with a published name; null where there is none.</summary>
    /// <exception cref="InvalidDataException">A file is missing or damaged.</exception>
    public static ImageDataset? TryReadFolder(string folder)
    {
        foreach (string place in Folders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists).Prepend(folder))
        {
            foreach ((string format, string[] training, string test) in Forms)
            {
                string[] files = [.. training.Append(test).Select(name => Path.Combine(place, name))];
                if (!files.Any(File.Exists))
                    continue;
                string[] missing = [.. files.Where(file => !File.Exists(file)).Select(file => Path.GetFileName(file))];
                if (missing.Length > 0)
                    throw new InvalidDataException(
                        $"The folder '{place}' holds {format}, without {string.Join(", ", missing)}. Unpack the archive again, or name "
                        + $"one of its files.");
                return Create(folder, format, [.. files
                    .Select((file, index) => (file, (string?)(index < training.Length ? SplitNames.Train : SplitNames.Test)))]);
            }
        }
        return null;
    }

    /// <summary>The data set of a single file.</summary>
    public static ImageDataset ReadFile(string path, CifarImages images) => Create(path, images.Format, [(path, null)]);

    private static ImageDataset Create(string path, string format, IReadOnlyList<(string Path, string? Split)> files)
    {
        List<ImageRow> rows = [];
        string[]? classes = ClassNames(Path.GetDirectoryName(Path.GetFullPath(files[0].Path))!);
        foreach ((string file, string? split) in files)
        {
            CifarImages images = SharedContainer.Find(file)!.Container as CifarImages
                ?? throw new InvalidDataException($"'{file}' is not a file of {format}. Unpack the archive again.");
            rows.AddRange(images.Names.Select(
                (name, index) => new ImageRow(ContainerPath.Join(file, name), Label(classes, images.Labels[index], file), split)));
        }
        return new ImageDataset(path, format, rows,
            classes is null || rows.Select(row => row.Label).Distinct().Count() < classes.Length ? null : classes);
    }

    private static string Label(string[]? classes, int label, string file) => classes is null ? label.ToString(CultureInfo.InvariantCulture)
        : label < classes.Length ? classes[label]
        : throw new InvalidDataException(
            $"'{file}' has an image of class {label}, but only {classes.Length} classes are named in its folder. They do not belong together.");

    private static string[]? ClassNames(string folder)
    {
        foreach (string name in (string[])["batches.meta.txt", "fine_label_names.txt"])
        {
            if (Path.Combine(folder, name) is var text && File.Exists(text))
                return [.. File.ReadLines(text).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        foreach (string name in (string[])["batches.meta", "meta"])
        {
            if (Path.Combine(folder, name) is var pickle && File.Exists(pickle))
            {
                using FileStream file = File.OpenRead(pickle);
                PickledDocument document = PickledDocument.Read(file, new ContainerErrors(pickle));
                return document.Texts("label_names") ?? document.Texts("fine_label_names");
            }
        }
        return null;
    }

    private static string[] Batches(string extension) => [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}{extension}")];
}
