namespace MLTransfer.Data;

/// <summary>The names by which data sets call their parts.</summary>
public static class SplitNames
{
    /// <summary>What is trained on.</summary>
    public const string Train = "train";

    /// <summary>What the best epoch is chosen by.</summary>
    public const string Validation = "val";

    /// <summary>What the finished model is measured on.</summary>
    public const string Test = "test";

    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Train,
        ["training"] = Train,
        ["trainval"] = Train,
        ["val"] = Validation,
        ["valid"] = Validation,
        ["validation"] = Validation,
        ["dev"] = Validation,
        ["test"] = Test,
        ["testing"] = Test,
    };

    /// <summary>
    /// Whether a name is one of the usual ones, whatever its case: train, training, trainval, val, valid, validation, dev, test, testing.
    /// </summary>
    /// <param name="name">A name.</param>
    public static bool IsUsual(string name) => Known.ContainsKey(name);

    /// <summary><c>train</c>, <c>val</c> or <c>test</c> for the other ways to write them; any other name as it is.</summary>
    /// <param name="name">A name.</param>
    public static string Of(string name) => Known.GetValueOrDefault(name, name);

    /// <summary>Training first, then validation, then tests, then all others by name.</summary>
    internal static IReadOnlyList<string> Ordered(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).OrderBy(Place).ThenBy(name => name, StringComparer.Ordinal)];

    private static int Place(string name) => name switch { Train => 0, Validation => 1, Test => 2, _ => 3 };
}
