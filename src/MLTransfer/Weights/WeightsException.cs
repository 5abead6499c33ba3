namespace MLTransfer.Weights;

/// <summary>A weights file cannot be used: says which file, what is wrong with it, and what to do.</summary>
public sealed class WeightsException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">Path or name of the file.</param>
    /// <param name="reason">What is wrong with it, a sentence without its subject: "is cut short …".</param>
    /// <param name="remedy">What to do about it, a whole sentence.</param>
    /// <param name="cause">The error underneath, if there is one.</param>
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
