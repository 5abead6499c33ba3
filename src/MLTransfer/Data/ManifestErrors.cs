using MLTransfer.Errors;

namespace MLTransfer.Data;

/// <summary>The wording of what is wrong with a manifest.</summary>
internal sealed class ManifestErrors(string path)
{
    private const int LongestReason = 1000;

    public InvalidDataException At(int line, string reason, string remedy) => Of($"line {line} {reason}", remedy);

    public InvalidDataException Of(string reason, string remedy) =>
        new($"The manifest '{path}' cannot be used: {Printable.Of(reason, LongestReason)}. {remedy}");
}
