using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>
/// Groups and the automatic policies with their chances decided; <see cref="PolicyParityTests"/> goes through all of their operations.
/// </summary>
internal static class PolicyCases
{
    internal static IReadOnlyList<TransformCase> All { get; } =
    [
        new("random apply", "T.RandomApply([T.RandomInvert(1), T.Grayscale(3)], 1)(image)",
            new RandomApply([new RandomInvert(1), new Grayscale()], 1)),
        new("random choice", "T.RandomChoice([T.RandomInvert(1), T.CenterCrop(50)], [0, 1])(image)",
            new RandomChoice([new RandomInvert(1), new CenterCrop(50)], [0, 1])),
        new("random order", "T.RandomOrder([T.RandomHorizontalFlip(1), T.RandomInvert(1)])(image)",
            new RandomOrder([new RandomHorizontalFlip(1), new RandomInvert(1)])),
        .. Pairs("IMAGENET", AutoAugmentPolicy.ImageNet),
        .. Pairs("CIFAR10", AutoAugmentPolicy.Cifar10),
        .. Pairs("SVHN", AutoAugmentPolicy.Svhn),
        new("rand augment: shear, bin 9 of 31, bilinear",
            "A._apply_op(image, 'ShearX', float(T.RandAugment()._augmentation_space(31, F.get_dimensions(image)[1:])['ShearX'][0][9]), "
            + "I.BILINEAR, [1, 2, 3])",
            buffer => Run(buffer, AugmentationSpaces.RandAugment, "ShearX", 9, 31, Interpolation.Bilinear, new Color(1, 2, 3))),
        new("trivial augment wide: rotate, bin 30 of 31",
            "A._apply_op(image, 'Rotate', float(T.TrivialAugmentWide()._augmentation_space(31)['Rotate'][0][30]), I.NEAREST, None)",
            buffer => Run(buffer, AugmentationSpaces.TrivialAugmentWide, "Rotate", 30, 31, Interpolation.Nearest, default)),
        new("aug mix of given chains",
            Mixed + "([image, A._apply_op(F.posterize(image, 3), 'Brightness', float(torch.linspace(0, 0.9, 10)[1]), I.BILINEAR, None), "
            + "F.equalize(image), F.invert(F.solarize(image, 0))], torch.tensor([0.3, 0.2, 0.4, 0.1]))",
            buffer => new AugMix().Mix(buffer, 0.3f, [0.2f, 0.4f, 0.1f], [new(0, 5, 3, false), new(0, 9, 1, false), new(1, 8, 0, false)])),
    ];

    // torchvision's sum, of chains on PIL images.
    private const string Mixed = "(lambda chains, shares: sum((share * F.pil_to_tensor(chain) for chain, share in zip(chains[1:], "
        + "shares[1:])), shares[0] * F.pil_to_tensor(image)).to(torch.uint8))";

    internal static void Run(ImageBuffer buffer, IReadOnlyList<AugmentationRange> space, string name, int bin, int bins,
        Interpolation interpolation, Color fill, bool negative = false)
    {
        AugmentationRange range = space.Single(range => range.Op.Name == name);
        double magnitude = range.Magnitude(bin, bins, buffer.Size);
        range.Op.Run(buffer, negative ? -magnitude : magnitude, interpolation, fill);
    }

    private static IEnumerable<TransformCase> Pairs(string python, AutoAugmentPolicy policy) =>
        new[] { 0, 3, 8, 17, 20, 24 }.Select(pair => new TransformCase(
        $"auto augment for {policy}, pair {pair}",
        $"(lambda policy: (setattr(policy, 'get_params', lambda count: ({pair}, torch.zeros(2) - 1, torch.tensor([0, 1]))), "
        + $"policy(image))[1])(T.AutoAugment(A.AutoAugmentPolicy.{python}))",
        buffer => new AutoAugment(policy).Run(buffer, pair, firstNegative: true, secondNegative: false)));
}
