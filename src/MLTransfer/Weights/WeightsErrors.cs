namespace MLTransfer.Weights;

/// <summary>The wording of everything that can be wrong with one weights file.</summary>
internal sealed class WeightsErrors(string file)
{
    private const string SaveAgain = "Save it again in PyTorch with torch.save(model.state_dict(), \"weights.pth\").";
    private const string CopyAgain = "Copy or download it again.";

    public WeightsException Unreadable(string reason, string remedy) => new(file, reason, remedy);

    public WeightsException Damaged(string reason, Exception? cause = null) => new(file, $"is damaged: {reason}", CopyAgain, cause);

    public WeightsException CutShort(string reason, Exception? cause = null) => new(file, $"is cut short: {reason}", CopyAgain, cause);

    public WeightsException TooLarge(string reason) =>
        new(file, $"is refused: {reason}", $"Weights do not look like that; do not trust the file. {SaveAgain}");

    public WeightsException UnknownFormat(string found) =>
        new(file, $"is neither a .pth nor a .safetensors file: {found}", "Give a file written by torch.save or in the safetensors format.");

    public WeightsException Legacy() =>
        new(file, "is in the torch.save format of PyTorch before 1.6, which is not read", SaveAgain);

    public WeightsException TorchScript() =>
        new(file, "is a TorchScript program, not weights", SaveAgain);

    public WeightsException AsksFor(string global) =>
        new(file, $"asks for '{global}', which weights do not need: it is refused, and nothing of it was run",
            $"If you trust where it comes from: {SaveAgain}");

    public WeightsException Instruction(byte code, long position) =>
        new(file, $"holds the pickle instruction 0x{code:x2} at byte {position}, which weights do not need", SaveAgain);

    public WeightsException NoTensors(string found) =>
        new(file, $"holds no state_dict: {found}", SaveAgain);

    public WeightsException UnknownType(string tensor, string type) =>
        new(file, $"holds '{tensor}' as {type}, a type which is not supported",
            $"Save it as one of {string.Join(", ", Enum.GetNames<TensorType>())}.");
}
