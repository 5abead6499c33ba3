using System.Security.Cryptography;
using MLTransfer.Files;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Packaging.Licenses;
using NuGet.Versioning;

namespace MLTransfer.Weights;

/// <summary>Makes a NuGet package from a weights file, so that a team can host its own.</summary>
internal sealed record WeightsPackage
{
    // The same weights make the same package, whenever that is.
    private const string Folder = "weights", Timestamp = "2000-01-01T00:00:00Z";

    /// <summary>The weights file.</summary>
    public required string File { get; init; }

    /// <summary>The name of the package.</summary>
    public required string Id { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>What is in it, a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Who made it.</summary>
    public required string Authors { get; init; }

    /// <summary>The license, an SPDX expression; null for none.</summary>
    public string? License { get; init; }

    /// <summary>The path of the file in the package.</summary>
    public string Path => $"{Folder}/{System.IO.Path.GetFileName(File)}";

    /// <summary>The file name of the package.</summary>
    public string FileName => $"{Id}.{NuGetVersion.Parse(Version).ToNormalizedString()}.nupkg";

    /// <summary>What is wrong with it, a sentence; null where nothing is.</summary>
    public string? Complaint()
    {
        if (Id.Length > PackageIdValidator.MaxPackageIdLength || !PackageIdValidator.IsValidPackageId(Id))
            return $"The name of the package is '{Id}'; it must be letters, digits, '_' and '-' with dots between, such as My.Weights.";
        if (!NuGetVersion.TryParseStrict(Version, out _))
            return $"The version is '{Version}'; it must be three numbers and perhaps a label, such as 1.0.0 or 1.0.0-beta.";
        if (License is not null && Expression(License) is null)
            return $"The license is '{License}'; it must be an SPDX expression, such as MIT or Apache-2.0.";
        return System.IO.Path.GetFileName(File).Contains('&', StringComparison.Ordinal)
            ? $"The file is '{File}'; its name must have no '&'." : null;
    }

    /// <summary>Writes the package.</summary>
    /// <returns>The value for <c>--weights</c> that names the file in it.</returns>
    /// <exception cref="IOException">The file cannot be read, or the package not be written.</exception>
    public string Write(string target)
    {
        var builder = new PackageBuilder(deterministic: true)
        {
            DeterministicTimestamp = Timestamp,
            Id = Id,
            Version = NuGetVersion.Parse(Version),
            Description = Description,
            LicenseMetadata = License is null ? null
                : new LicenseMetadata(LicenseType.Expression, License, Expression(License), null, LicenseMetadata.CurrentVersion),
        };
        builder.Authors.Add(Authors);
        builder.Files.Add(new PhysicalPackageFile { SourcePath = File, TargetPath = Path });
        using FileStream file = System.IO.File.OpenRead(File);
        string digest = Convert.ToHexStringLower(SHA256.HashData(file));
        AtomicFile.Write(target, builder.Save);
        return $"nuget:{Id}/{NuGetVersion.Parse(Version).ToNormalizedString()}#{Path}&sha256={digest}";
    }

    private static NuGetLicenseExpression? Expression(string license)
    {
        try
        {
            return NuGetLicenseExpression.Parse(license);
        }
        catch (NuGetLicenseExpressionParsingException)
        {
            return null;
        }
    }
}
