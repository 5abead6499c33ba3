using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>A weights file cannot be used; the message names the file, the problem and the remedy.</summary>
public sealed class WeightsException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">Path or name of the file.</param>
    /// <param name="reason">What is wrong with it, a sentence without its subject: "is cut short …".</param>
    /// <param name="remedy">What to do about it, a whole sentence.</param>
    /// <param name="cause">The underlying error, if any.</param>
    public WeightsException(string file, string reason, string remedy, Exception? cause = null)
        : base($"The weights file '{file}' {reason}. {remedy}", cause)
    {
        File = file;
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>Path or name of the file.</summary>
    public string File { get; }

    /// <summary>What is wrong with the file.</summary>
    public string Reason { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}

/// <summary>All error messages about one weights file.</summary>
internal sealed class WeightsErrors(string file) : FileErrors
{
    private const int LongestReason = 500;
    private const string SaveAgain = "Save it again in PyTorch: torch.save(model.state_dict(), \"weights.pth\").";
    private const string CopyAgain = "Copy or download it again.";

    public override WeightsException Unreadable(string reason, string remedy) => New(reason, remedy);

    public override WeightsException Damaged(string reason, Exception? cause = null) => New($"is damaged: {reason}", CopyAgain, cause);

    public override WeightsException CutShort(string reason, Exception? cause = null) => New($"is cut short: {reason}", CopyAgain, cause);

    public override WeightsException Refused(string reason) =>
        New($"is refused: {reason}", $"Weights do not look like that; do not trust the file. {SaveAgain}");

    public WeightsException UnknownFormat(string found) =>
        New($"is neither a .pth nor a .safetensors nor an .onnx file: {found}",
            "Give a file written by torch.save or in the safetensors or ONNX format.");

    public WeightsException Tar() =>
        New("is a tar file, as torch.save wrote them before PyTorch 0.1.10, or another archive; tar files are not read",
            "Unpack it, or load it with torch.load and save it again with torch.save.");

    public WeightsException TorchScript() => New("is a TorchScript program, not weights", SaveAgain);

    public override WeightsException AsksFor(string global) =>
        New($"asks for '{global}', which weights do not need: it is refused, and nothing of it was run",
            "If you trust where it comes from, save only its tensors, in PyTorch: checkpoint = torch.load(FILE); "
            + "torch.save(checkpoint[\"state_dict\"], \"weights.pth\"), or whatever the checkpoint calls them; checkpoint.state_dict() "
            + "where it is a model.");

    public override WeightsException Instruction(byte code, long position) =>
        New($"holds the pickle instruction 0x{code:x2} at byte {position}, which weights do not need", SaveAgain);

    public WeightsException NoTensors(string found) => New($"holds no state_dict: {found}", SaveAgain);

    public WeightsException UnknownType(string tensor, string type) =>
        New($"holds '{tensor}' as {type}, a type which is not supported",
            "Save it as floating-point numbers of 16, 32 or 64 bits, integers or booleans.");

    private WeightsException New(string reason, string remedy, Exception? cause = null) =>
        new(file, Printable.Sanitize(reason, LongestReason), remedy, cause);
}
