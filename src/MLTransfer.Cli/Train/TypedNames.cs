using System.Text.RegularExpressions;

namespace MLTransfer.Cli.Train;

/// <summary>Turns the library's names of options into those of the command line.</summary>
internal static partial class TypedNames
{
    // Those whose two names do not follow from each other.
    private static readonly Dictionary<string, string> Special = new(StringComparer.Ordinal)
    {
        ["Train"] = "--train-from",
        ["Augmentation"] = "--augment",
        ["TrainingTransforms"] = "--augment",
        ["CacheFolder"] = "--cache",
        ["CheckpointFolder"] = "--checkpoint",
        ["Validation"] = "--val",
        ["ValidationFraction"] = "--val-fraction",
        ["LoaderThreads"] = "--threads",
        ["MaximumPixels"] = "--max-pixels",
        ["CutMix"] = "--cutmix",
        ["WeightStore"] = "--weights-dir",
        ["ImageColumnName"] = "--image-column",
        ["ExampleWeightColumnName"] = "the weights of the manifest",
        ["ClassBalance.Sampling"] = "--balance sampling",
    };

    private static readonly Dictionary<string, string> Names = new TrainOptions().All.Select(option => option.Name)
        .ToDictionary(Property, name => name, StringComparer.Ordinal);

    internal static string In(string message) => Prefix().Replace(NameOrKept().Replace(message, Typed), "");

    private static string Typed(Match found) => found.Groups["name"] is { Success: true, Value: var name }
        ? Special.GetValueOrDefault(name) ?? Names.GetValueOrDefault(name) ?? name
        : found.Value;

    // --learning-rate is LearningRate.
    private static string Property(string option) =>
        string.Concat(option.TrimStart('-').Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    // Kept are 'Label' in quotation marks, which is a column's name, a path or a value, and what the message itself says is a name in code;
    // the parts of a path without quotation marks are no names either, and before a colon stands a heading.
    [GeneratedRegex(
        @"(?<!\w)'.*?'(?!\w)|\b[A-Z]\w+((, | and | or )[A-Z]\w+)* in code\b|"
        + @"(?<![\w./\\-])(?<name>[A-Z][A-Za-z]+(\.[A-Z][a-z]+)?)(?![\w:/\\-]|\.\w)",
        RegexOptions.Singleline)]
    private static partial Regex NameOrKept();

    [GeneratedRegex(@"^\w+Options cannot be used\. ")]
    private static partial Regex Prefix();
}
