using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MLTransfer.Downloads;

/// <summary>The expected hash of a file, or its first digits.</summary>
internal sealed partial record Checksum
{
    private readonly HashAlgorithmName _algorithm;

    private Checksum(HashAlgorithmName algorithm, string digits, int least, int most)
    {
        ArgumentNullException.ThrowIfNull(digits);
        if (digits.Length < least || digits.Length > most || !Hexadecimal().IsMatch(digits))
            throw new ArgumentException($"'{digits}' is not a valid {algorithm.Name}; expected: "
                + $"{(least == most ? "" : $"at least the first {least} of ")}its {most} hexadecimal digits.", nameof(digits));
        (_algorithm, Digits) = (algorithm, digits.ToLowerInvariant());
    }

    /// <summary>The digits in lower-case hexadecimal.</summary>
    public string Digits { get; }

    /// <summary>The algorithm: SHA-256, or MD5 where nothing better is published.</summary>
    public string Algorithm => _algorithm == HashAlgorithmName.SHA256 ? "SHA-256" : "MD5";

    /// <summary>The SHA-256 of a file, or at least the first eight digits of it.</summary>
    /// <exception cref="ArgumentException">The digits are not hexadecimal, too few or too many.</exception>
    public static Checksum Sha256(string digits) => new(HashAlgorithmName.SHA256, digits, least: 8, most: 64);

    /// <summary>The MD5 of a file. It detects damage, not tampering.</summary>
    /// <exception cref="ArgumentException">The digits are not hexadecimal, too few or too many.</exception>
    public static Checksum Md5(string digits) => new(HashAlgorithmName.MD5, digits, least: 32, most: 32);

    /// <summary>Whether the full hash of a file matches.</summary>
    public bool Matches(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return digits.StartsWith(Digits, StringComparison.Ordinal);
    }

    /// <summary>Computes the full hash of a file with this algorithm.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public Task<string> ComputeAsync(string path, CancellationToken cancel = default) => FileHash.ComputeAsync(path, _algorithm, cancel);

    [GeneratedRegex("^[0-9a-fA-F]+$")]
    private static partial Regex Hexadecimal();
}

/// <summary>Hashes of files in lower-case hexadecimal.</summary>
internal static class FileHash
{
    /// <summary>The SHA-256 of a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Task<string> ComputeAsync(string path, CancellationToken cancel = default) =>
        ComputeAsync(path, HashAlgorithmName.SHA256, cancel);

    internal static async Task<string> ComputeAsync(string path, HashAlgorithmName algorithm, CancellationToken cancel)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1,
            FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
            return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(algorithm, file, cancel).ConfigureAwait(false));
    }
}
