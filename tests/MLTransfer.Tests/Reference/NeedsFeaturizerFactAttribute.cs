using System.Reflection;

namespace MLTransfer.Tests.Reference;

/// <summary>
/// A test that needs the package with the network of ML.NET's featurizer, which this project restores, and perhaps files of ../shared;
/// skipped, visibly, where they are missing.
/// </summary>
public sealed class NeedsFeaturizerFactAttribute : FactAttribute
{
    public NeedsFeaturizerFactAttribute(params string[] shared)
    {
        if (!Directory.Exists(FeaturizerPackage.Folder))
            Skip = $"{FeaturizerPackage.Folder} is not here: restore this project from a feed that has it.";
        else if (shared.FirstOrDefault(path => !SharedFolder.Has(path)) is { } missing)
            Skip = $"../shared/{missing} is not here.";
    }
}

/// <summary>The package with the network of ML.NET's own featurizer.</summary>
internal static class FeaturizerPackage
{
    /// <summary>Its folder among the restored packages.</summary>
    public static string Folder { get; } = typeof(FeaturizerPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "FeaturizerPackage").Value!;

    /// <summary>The network that subtracts the mean image and turns colors around.</summary>
    public static string Preprocessing => Path.Combine(Folder, "tools/DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx");

    /// <summary>The network that computes the features.</summary>
    public static string Network => Path.Combine(Folder, "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx");
}
