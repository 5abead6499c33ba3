using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Errors;

namespace MLTransfer;

/// <summary>
/// How much the images of each class count in the loss, beside 1 for those of all other classes. One word on the command line:
/// <c>equal</c>, or <c>ants=2,bees=0.5</c>.
/// </summary>
public sealed partial record ClassWeights
{
    private const string EqualWord = "equal";

    private readonly string _text;

    private ClassWeights(string text) => _text = text;

    /// <summary>All classes count the same.</summary>
    public static ClassWeights Equal { get; } = new(EqualWord);

    /// <summary>Some classes count more or less than the others, which count 1.</summary>
    /// <param name="weights">Names of classes, each once, with their weights: positive and finite.</param>
    /// <exception cref="ArgumentException">There is none, one is named twice or not at all, or has no such weight.</exception>
    public static ClassWeights Of(params (string Class, double Weight)[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var made = new ClassWeights(string.Join(
            ',', weights.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Class}={each.Weight:r}"))));
        // A name with a comma can be written, but not one that looks like the weight of another class.
        return weights.Length > 0 && made.Weights().SequenceEqual(weights) && weights.All(IsPossible)
            && weights.DistinctBy(each => each.Class).Count() == weights.Length
            ? made
            : throw new ArgumentException(
                "Each weight needs the name of a class, which is named once, and a number that is positive and finite.", nameof(weights));
    }

    /// <summary>Parses what <see cref="ToString"/> writes.</summary>
    /// <param name="text"><c>equal</c>, or <c>CLASS=WEIGHT</c> once or several times with commas.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ClassWeights Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == EqualWord) return Equal;
        (string Class, double Weight)[] weights = [.. new ClassWeights(text).Weights()];
        try
        {
            return text.Length == Written().Matches(text).Sum(match => match.Length) ? Of(weights) : throw Unreadable(text);
        }
        catch (ArgumentException)
        {
            throw Unreadable(text);
        }
    }

    /// <summary>The weights in one word.</summary>
    public override string ToString() => _text;

    /// <summary>The weight of each class.</summary>
    /// <param name="classes">All classes.</param>
    /// <exception cref="ArgumentException">There is no class of a name; the message names the nearest.</exception>
    internal double[] For(IReadOnlyList<string> classes)
    {
        var named = Weights().ToDictionary(each => each.Class, each => each.Weight, StringComparer.Ordinal);
        string? stray = named.Keys.FirstOrDefault(name => !classes.Contains(name));
        return stray is null ? [.. classes.Select(name => named.GetValueOrDefault(name, 1))] : throw new ArgumentException(
            $"There is no class '{stray}' among the {classes.Count} classes of the images.{NearestName.Suggest(stray, classes)}");
    }

    /// <summary>
    /// All classes weigh the same in total: n / (k · n_c), as scikit-learn's <c>balanced</c>. A class without images has weight 0.
    /// </summary>
    /// <param name="counts">The number of images of each class.</param>
    /// <returns>The weight of each class; 1 where all have the same count.</returns>
    internal static double[] Balanced(IReadOnlyList<int> counts)
    {
        double all = counts.Sum(count => (long)count);
        int present = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 0 : all / (present * (double)count))];
    }

    /// <summary>Counts the rows of each class.</summary>
    /// <param name="classes">The class of each row, from 0 on.</param>
    /// <param name="count">The number of classes.</param>
    internal static int[] Counts(IReadOnlyList<int> classes, int count)
    {
        int[] counts = new int[count];
        foreach (int index in classes)
            counts[index]++;
        return counts;
    }

    private IEnumerable<(string Class, double Weight)> Weights() => this == Equal ? [] : Written().Matches(_text).Select(match =>
        (match.Groups["class"].Value, double.Parse(match.Groups["weight"].Value, CultureInfo.InvariantCulture)));

    private static bool IsPossible((string Class, double Weight) each) =>
        !string.IsNullOrWhiteSpace(each.Class) && each.Weight > 0 && double.IsFinite(each.Weight);

    private static FormatException Unreadable(string text) => new(
        $"There are no such weights '{text}'. They must be {EqualWord}, or CLASS=WEIGHT once or several times, such as ants=2,bees=0.5, "
        + "with weights that are positive.");

    [GeneratedRegex(
        @"\G(?<class>.+?)=(?<weight>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?:,|$)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Written();
}
