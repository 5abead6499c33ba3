using static MLTransfer.Imaging.Transforms.Operation;
using static MLTransfer.Imaging.Transforms.OperationRange;

namespace MLTransfer.Imaging.Transforms;

/// <summary>What each policy chooses from: torchvision's tables, in their order.</summary>
internal static class OperationSpaces
{
    internal static IReadOnlyList<OperationRange> RandAugment { get; } =
    [
        Of(Identity),
        UpTo(ShearX, 0.3), UpTo(ShearY, 0.3),
        UpTo(TranslateX, size => 150.0 / 331.0 * size.Width), UpTo(TranslateY, size => 150.0 / 331.0 * size.Height),
        UpTo(Rotate, 30),
        UpTo(Brightness, 0.9), UpTo(Operation.Color, 0.9), UpTo(Contrast, 0.9), UpTo(Sharpness, 0.9),
        Bits(8, 4), Falling(Solarize, 255, 0),
        Of(AutoContrast), Of(Equalize),
    ];

    internal static IReadOnlyList<OperationRange> AutoAugment { get; } = [.. RandAugment.Skip(1), Of(Invert)];

    internal static IReadOnlyList<OperationRange> TrivialAugmentWide { get; } =
    [
        Of(Identity),
        UpTo(ShearX, 0.99), UpTo(ShearY, 0.99),
        UpTo(TranslateX, 32), UpTo(TranslateY, 32),
        UpTo(Rotate, 135),
        UpTo(Brightness, 0.99), UpTo(Operation.Color, 0.99), UpTo(Contrast, 0.99), UpTo(Sharpness, 0.99),
        Bits(8, 2), Falling(Solarize, 255, 0),
        Of(AutoContrast), Of(Equalize),
    ];

    internal static IReadOnlyList<OperationRange> AugMixGeometry { get; } =
    [
        UpTo(ShearX, 0.3), UpTo(ShearY, 0.3),
        UpTo(TranslateX, size => size.Width / 3.0), UpTo(TranslateY, size => size.Height / 3.0),
        UpTo(Rotate, 30),
        Bits(4, 0), Falling(Solarize, 255, 0),
        Of(AutoContrast), Of(Equalize),
    ];

    internal static IReadOnlyList<OperationRange> AugMix { get; } =
        [.. AugMixGeometry, UpTo(Brightness, 0.9), UpTo(Operation.Color, 0.9), UpTo(Contrast, 0.9), UpTo(Sharpness, 0.9)];
}
