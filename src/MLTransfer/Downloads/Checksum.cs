using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MLTransfer.Downloads;

/// <summary>By what the content of a file is known: the digits of a hash, or the first of them.</summary>
public sealed partial record Checksum
{
    private readonly HashAlgorithmName _algorithm;

    private Checksum(HashAlgorithmName algorithm, string digits, int least, int most)
    {
        ArgumentNullException.ThrowIfNull(digits);
        if (digits.Length < least || digits.Length > most || !Hexadecimal().IsMatch(digits))
            throw new ArgumentException($"'{digits}' is no {algorithm.Name}; expected: "
                + $"{(least == most ? "" : $"at least the first {least} of ")}its {most} hexadecimal digits.", nameof(digits));
        (_algorithm, Digits) = (algorithm, digits.ToLowerInvariant());
    }

    /// <summary>The digits in lower-case hexadecimal.</summary>
    public string Digits { get; }

    /// <summary>What computes it: SHA-256, or MD5 for files of which nothing better is published.</summary>
    public string Algorithm => _algorithm == HashAlgorithmName.SHA256 ? "SHA-256" : "MD5";

    /// <summary>The SHA-256 of a file, or at least the first eight digits of it.</summary>
    /// <exception cref="ArgumentException">These are no such digits.</exception>
    public static Checksum Sha256(string digits) => new(HashAlgorithmName.SHA256, digits, least: 8, most: 64);

    /// <summary>The MD5 of a file. It tells damage, not malice.</summary>
    /// <exception cref="ArgumentException">These are no such digits.</exception>
    public static Checksum Md5(string digits) => new(HashAlgorithmName.MD5, digits, least: 32, most: 32);

    /// <summary>Whether a file's own digits, all of them, are these.</summary>
    public bool Agrees(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return digits.StartsWith(Digits, StringComparison.Ordinal);
    }

    /// <summary>Computes all digits of a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public Task<string> OfAsync(string path, CancellationToken cancel = default) => FileHash.OfAsync(path, _algorithm, cancel);

    [GeneratedRegex("^[0-9a-fA-F]+$")]
    private static partial Regex Hexadecimal();
}
