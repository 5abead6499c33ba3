namespace MLTransfer.Files;

/// <summary>The errors of readers of possibly hostile files; each format supplies the wording and the remedy.</summary>
internal abstract class FileErrors
{
    /// <summary>The content contradicts itself or its format; <paramref name="reason"/> is a whole sentence.</summary>
    public abstract Exception Damaged(string reason, Exception? cause = null);

    /// <summary>The file ends too early.</summary>
    public abstract Exception CutShort(string reason, Exception? cause = null);

    /// <summary>
    /// The file is intact, but of a kind that is not supported; <paramref name="reason"/> continues a sentence about the file,
    /// <paramref name="remedy"/> is a sentence of its own.
    /// </summary>
    public abstract Exception Unreadable(string reason, string remedy);

    /// <summary>The file asks for something that only a hostile file asks for.</summary>
    public abstract Exception Refused(string reason);

    /// <summary>The pickle asks for a Python global that is not allowed.</summary>
    public abstract Exception AsksFor(string global);

    /// <summary>The pickle contains an instruction that is not supported.</summary>
    public abstract Exception Instruction(byte code, long position);
}
