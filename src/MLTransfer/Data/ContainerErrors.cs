using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>The wording of everything that can be wrong with a file of many images.</summary>
internal sealed class ContainerErrors(string file) : FileErrors
{
    private const int LongestReason = 500;
    private const string CopyAgain = "Copy or download it again.";

    public override InvalidDataException Damaged(string reason, Exception? cause = null) => New($"is damaged: {reason}", CopyAgain, cause);

    public override InvalidDataException CutShort(string reason, Exception? cause = null) =>
        New($"is cut short: {reason}", CopyAgain, cause);

    public override InvalidDataException Refused(string reason) =>
        New($"is refused: {reason}", "Images are not packed like that; do not trust the file.");

    public override InvalidDataException AsksFor(string global) =>
        New($"asks for '{global}', which images do not need: it is refused, and nothing of it was run", "Do not trust the file.");

    public override InvalidDataException Instruction(byte code, long position) =>
        New($"holds the pickle instruction 0x{code:x2} at byte {position}, which images do not need",
            "Save it again in Python, with pickle protocol 2.");

    public override InvalidDataException Unreadable(string reason, string remedy) => New(reason, remedy);

    private InvalidDataException New(string reason, string remedy, Exception? cause = null) =>
        new($"'{file}' {Printable.Of(reason, LongestReason)}. {remedy}", cause);
}
