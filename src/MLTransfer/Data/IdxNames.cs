using System.Text.RegularExpressions;

namespace MLTransfer.Data;

/// <summary>
/// The names that IDX files are published with: <c>t10k-images-idx3-ubyte.gz</c>, <c>emnist-letters-train-images-idx3-ubyte</c>.
/// </summary>
/// <param name="DataSet">What stands before the split: empty for MNIST, <c>qmnist</c>, <c>emnist-letters</c>.</param>
/// <param name="Split">train or test.</param>
internal sealed partial record IdxNames(string DataSet, string Split)
{
    private static readonly string[] LabelFormats = ["idx1-ubyte", "idx2-int", "idx1-ubyte.gz", "idx2-int.gz"];

    /// <summary>The parts of the name of a file of images; null where it is not named like one.</summary>
    public static IdxNames? Of(string path) => Images().Match(Path.GetFileName(path)) is { Success: true } match
        ? new IdxNames(match.Groups["set"].Value.TrimEnd('-'), match.Groups["split"].Value is "train" ? SplitNames.Train : SplitNames.Test)
        : null;

    /// <summary>The file of the labels beside a file of images; null where there is none.</summary>
    public static string? LabelsBeside(string images)
    {
        string name = Path.GetFileName(images);
        return Images().Match(name) is { Success: true } match
            ? LabelFormats.Select(format =>
            Path.Combine(Path.GetDirectoryName(images)!,
            $"{name[..match.Groups["images"].Index]}labels{match.Groups["dot"].Value}{format}")).FirstOrDefault(File.Exists)
            : null;
    }

    // Some tools make a dot of the dash before the format.
    [GeneratedRegex(@"^(?<set>.*-|)(?<split>train|test|t10k)-(?<images>images)(?<dot>[-.])idx3-ubyte(\.gz)?$")]
    private static partial Regex Images();
}
