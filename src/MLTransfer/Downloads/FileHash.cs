using System.Security.Cryptography;

namespace MLTransfer.Downloads;

/// <summary>Hashes of files in lower-case hexadecimal.</summary>
public static class FileHash
{
    /// <summary>The SHA-256 of a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Task<string> OfAsync(string path, CancellationToken cancel = default) => OfAsync(path, HashAlgorithmName.SHA256, cancel);

    internal static async Task<string> OfAsync(string path, HashAlgorithmName algorithm, CancellationToken cancel)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1,
            FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
            return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(algorithm, file, cancel).ConfigureAwait(false));
    }
}
