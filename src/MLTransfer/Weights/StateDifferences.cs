using MLTransfer.Errors;

namespace MLTransfer.Weights;

/// <summary>Where the tensors of a file and of a module disagree.</summary>
internal sealed record StateDifferences(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    private const int Shown = 5, LongestName = 120;

    public bool Any => Missing.Count + Unexpected.Count + Misshapen.Count > 0;

    /// <param name="file">Where the tensors come from.</param>
    /// <param name="architecture">What they were to be loaded into.</param>
    /// <param name="wanted">How many tensors that has.</param>
    /// <param name="recognised">The architecture they seem to be of, if known.</param>
    public WeightsException Error(string file, string architecture, int wanted, string? recognised)
    {
        bool another = 2 * (Missing.Count + Misshapen.Count + Unexpected.Count) > wanted;
        string[] lists = [.. new[] { List("missing", Missing), List("unexpected", Unexpected), List("of another shape", Misshapen) }
            .OfType<string>()];
        return new WeightsException(
            file, $"{(another ? "belongs to another network than" : "does not fit")} {architecture}. {string.Join(". ", lists)}",
            recognised is null || recognised == architecture
                ? "Name the backbone that the weights were trained with, or the weights of this backbone."
                : $"The tensors look like those of {recognised}: name that backbone, or the weights of {architecture}.");
    }

    private static string? List(string what, IReadOnlyList<string> names) => names.Count == 0
        ? null
        : $"{names.Count} {what}: "
        + $"{string.Join("; ", names.Take(Shown).Select(name => Printable.Of(name, LongestName)))}{(names.Count > Shown ? "; …" : "")}";
}
