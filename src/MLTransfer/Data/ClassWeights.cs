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
    /// <param name="weights">Names of classes, each once, with their weights: positive and finite in single precision.</param>
    /// <exception cref="ArgumentException">There is none, one is named twice or not at all, or has no such weight.</exception>
    public static ClassWeights Of(params (string Class, double Weight)[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Complaint(weights) is { } complaint ? throw new ArgumentException(complaint, nameof(weights)) : Create(weights);
    }

    /// <summary>Parses what <see cref="ToString"/> writes.</summary>
    /// <param name="text"><c>equal</c>, or <c>CLASS=WEIGHT</c> once or several times with commas.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ClassWeights Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == EqualWord) return Equal;
        int read = Written().Matches(text).Sum(match => match.Length);
        (string Class, double Weight)[] weights = [.. Read(text).Select(each => (each.Class.Trim(), each.Weight))];
        string? complaint = read == 0 || read < text.Length ? $"'{text[read..]}' is not CLASS=WEIGHT." : Complaint(weights);
        return complaint is null ? Create(weights) : throw new FormatException(
            $"The weights '{text}' cannot be used: {complaint} They are '{EqualWord}', or CLASS=WEIGHT once or several times, such as "
            + "ants=2,bees=0.5.");
    }

    /// <summary>The weights in one word.</summary>
    public override string ToString() => _text;

    /// <summary>The weight of each class.</summary>
    /// <param name="classes">All classes.</param>
    /// <exception cref="ArgumentException">There is no class of a name; the message names the nearest.</exception>
    internal double[] For(IReadOnlyList<string> classes)
    {
        var named = Read(_text).ToDictionary(each => each.Class, each => each.Weight, StringComparer.Ordinal);
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

    // In one order and without what says nothing, so that equal weights are equal.
    private static ClassWeights Create((string Class, double Weight)[] weights) => string.Join(',', weights
        .Where(each => each.Weight != 1).OrderBy(each => each.Class, StringComparer.Ordinal)
        .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Class}={each.Weight:r}"))) is { Length: > 0 } text
        ? new(text) : Equal;

    private static IEnumerable<(string Class, double Weight)> Read(string text) => Written().Matches(text).Select(match =>
        (match.Groups["class"].Value, double.Parse(match.Groups["weight"].Value, CultureInfo.InvariantCulture)));

    private static string? Complaint((string Class, double Weight)[] weights)
    {
        if (weights.Length == 0) return "No class is named.";
        foreach ((string name, double weight) in weights)
        {
            if (string.IsNullOrWhiteSpace(name)) return "A class has no name.";
            if (weights.Count(each => each.Class == name) > 1) return $"Class '{name}' is named twice.";
            if (!((float)weight > 0 && float.IsFinite((float)weight)))
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"The weight of class '{name}' is {weight}; it must be positive, and finite as a float.");
            }

            // A name with a comma can be written, but not one with the weight of another class in it.
            if (Written().Match($"{name}=1").Groups["class"].Value != name) return $"The name '{name}' reads as several weights.";
        }

        return null;
    }

    [GeneratedRegex(
        @"\G(?<class>.+?)=(?<weight>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?:,|$)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Written();
}
