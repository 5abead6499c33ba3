namespace MLTransfer.Downloads;

/// <summary>A file cannot be downloaded: says which, what is wrong, and what to do.</summary>
/// <param name="file">Its address, or its path on this machine.</param>
/// <param name="reason">What is wrong with it, a sentence without its subject: "cannot be downloaded: …".</param>
/// <param name="remedy">What to do about it, a whole sentence.</param>
/// <param name="cause">The error underneath, if there is one.</param>
public sealed class DownloadException(string file, string reason, string remedy, Exception? cause = null)
    : Exception($"'{file}' {reason}. {remedy}", cause)
{
    /// <summary>Its address, or its path on this machine.</summary>
    public string File => file;

    /// <summary>What is wrong with it.</summary>
    public string Reason => reason;

    /// <summary>What to do about it.</summary>
    public string Remedy => remedy;
}
