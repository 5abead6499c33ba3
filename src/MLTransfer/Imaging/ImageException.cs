namespace MLTransfer.Imaging;

/// <summary>An image that cannot be used, and why.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="name">The image: its path, or what its source calls it.</param>
    /// <param name="reason">The problem, continuing a sentence that begins with its name.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public ImageException(string name, string reason, Exception? innerException = null)
        : base($"{name}: {reason}", innerException) => (Name, Reason) = (name, reason);

    /// <summary>The image: its path, or what its source calls it.</summary>
    public string Name { get; }

    /// <summary>The problem, without the image's name.</summary>
    public string Reason { get; }

    /// <summary>The error for an intact image of an unsupported kind.</summary>
    /// <param name="name">The image.</param>
    /// <param name="kindAndAdvice">What kind it is, and what to do.</param>
    internal static ImageException NotSupported(string name, string kindAndAdvice) => new(name, $"not supported: {kindAndAdvice}");
}
