namespace MLTransfer.Weights;

/// <summary>Where the tensors of a file and of a module disagree.</summary>
internal sealed record StateDifferences(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    private const int Shown = 5;

    public bool Any => Missing.Count + Unexpected.Count + Misshapen.Count > 0;

    public WeightsException Error(string file, string architecture, int wanted)
    {
        bool another = 2 * (Missing.Count + Misshapen.Count) > wanted;
        string[] lists = [.. new[] { List("missing", Missing), List("unexpected", Unexpected), List("of another shape", Misshapen) }.OfType<string>()];
        return new WeightsException(
            file, $"{(another ? "belongs to another network than" : "does not fit")} {architecture}. {string.Join(" ", lists)}",
            "Name the backbone that the weights were trained with, or the weights of this backbone.");
    }

    private static string? List(string what, IReadOnlyList<string> names) => names.Count == 0
        ? null
        : $"{names.Count} {what}: {string.Join("; ", names.Take(Shown))}{(names.Count > Shown ? "; …" : "")}.";
}
