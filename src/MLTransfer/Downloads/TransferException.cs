namespace MLTransfer.Downloads;

/// <summary>A transfer broke off for a reason that may pass; what has come in is kept, and it can be tried again.</summary>
internal sealed class TransferException(string reason, Exception? cause = null, TimeSpan? retryAfter = null, bool isHostUnknown = false)
    : Exception(reason, cause)
{
    /// <summary>
    /// Whether nobody knows the host that the address names, which hardly passes within seconds: as a rule, there is no internet.
    /// </summary>
    public bool IsHostUnknown => isHostUnknown;

    /// <summary>How long the server asks to wait; null where it does not.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
