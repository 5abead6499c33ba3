namespace MLTransfer.Files;

/// <summary>What can be wrong with a file that may be hostile; who reads such a file words it, and says what to do.</summary>
internal abstract class FileErrors
{
    /// <summary>Its content contradicts itself or its format; <paramref name="reason"/> is a whole sentence.</summary>
    public abstract Exception Damaged(string reason, Exception? cause = null);

    /// <summary>It ends too early.</summary>
    public abstract Exception CutShort(string reason, Exception? cause = null);

    /// <summary>
    /// It is whole, but of a kind that is not read; <paramref name="reason"/> continues a sentence about the file,
    /// <paramref name="remedy"/> is one of its own.
    /// </summary>
    public abstract Exception Unreadable(string reason, string remedy);

    /// <summary>It asks for what no honest file asks for.</summary>
    public abstract Exception Refused(string reason);

    /// <summary>Its pickle asks for a name of Python's that is not needed.</summary>
    public abstract Exception AsksFor(string global);

    /// <summary>Its pickle holds an instruction that is not needed.</summary>
    public abstract Exception Instruction(byte code, long position);
}
