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

    internal static string In(string message) => Prefix().Replace(Name().Replace(message, Typed), "");

    private static string Typed(Match name) => Special.GetValueOrDefault(name.Value) ?? Names.GetValueOrDefault(name.Value) ?? name.Value;

    // --learning-rate is LearningRate.
    private static string Property(string option) =>
        string.Concat(option.TrimStart('-').Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    // 'Label' in quotation marks is a column's name or a value; before a colon stands a heading.
    [GeneratedRegex(@"(?<!['\w.])[A-Z][A-Za-z]+(\.[A-Z][a-z]+)?(?!['\w:])")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\w+Options cannot be used\. ")]
    private static partial Regex Prefix();
}
