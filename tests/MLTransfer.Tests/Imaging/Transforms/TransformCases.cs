namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Everything that is compared with torchvision, by the tests and in docs/transforms.md.</summary>
internal static class TransformCases
{
    internal static IReadOnlyList<TransformCase> All { get; } =
        [.. FramingCases.All, .. GeometryCases.All, .. ColorCases.All, .. PolicyCases.All];
}
