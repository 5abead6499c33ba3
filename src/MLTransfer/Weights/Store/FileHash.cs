using System.Security.Cryptography;

namespace MLTransfer.Weights;

/// <summary>The SHA-256 of files.</summary>
public static class FileHash
{
    /// <summary>The SHA-256 of a file in lower-case hexadecimal.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<string> OfAsync(string path, CancellationToken cancel = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel).ConfigureAwait(false));
    }

    internal static async Task<bool> AgreesAsync(string path, string sha256, CancellationToken cancel) =>
        (await OfAsync(path, cancel).ConfigureAwait(false)).StartsWith(sha256, StringComparison.Ordinal);
}
