using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Every operation of the automatic policies at every strength, on a small image.</summary>
public class PolicyParityTests
{
    // Writes the results of all operations one after another: of all bins, and of both signs where there are two.
    private const string Script = """
        import os, sys, warnings
        # torch.linspace rounds by the width of the processor's vectors: ours does as with AVX2.
        os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
        warnings.filterwarnings("ignore")
        import numpy as np, torch, torchvision.transforms as T, torchvision.transforms.autoaugment as A
        from PIL import Image
        from torchvision.transforms import InterpolationMode as I
        source, width, height, target = sys.argv[1:5]
        image = Image.frombytes("RGB", (int(width), int(height)), open(source, "rb").read())
        with open(target, "wb") as out:
            for policy, bins, interpolation in (asked.split() for asked in sys.argv[5:]):
                bins, size = int(bins), (image.height, image.width)
                space = getattr(T, policy)()._augmentation_space(*((bins,) if policy == "TrivialAugmentWide" else (bins, size)))
                for name, (magnitudes, signed) in space.items():
                    print(policy, name, signed)
                    for bin in range(bins):
                        magnitude = float(magnitudes[bin]) if magnitudes.ndim else 0.0
                        for sign in (1, -1) if signed else (1,):
                            out.write(np.asarray(A._apply_op(image, name, sign * magnitude, I[interpolation], [9, 99, 199])).tobytes())
        """;

    private static readonly (string Policy, IReadOnlyList<AugmentationRange> Space, int Bins, Interpolation Interpolation)[] Asked =
    [
        ("AutoAugment", AugmentationSpaces.AutoAugment, 10, Interpolation.Nearest),
        ("RandAugment", AugmentationSpaces.RandAugment, 31, Interpolation.Nearest),
        ("RandAugment", AugmentationSpaces.RandAugment, 7, Interpolation.Bilinear),
        ("TrivialAugmentWide", AugmentationSpaces.TrivialAugmentWide, 31, Interpolation.Nearest),
        ("AugMix", AugmentationSpaces.AugMix, 10, Interpolation.Bilinear),
    ];

    [NeedsTorchvisionFact]
    public void Every_operation_gives_the_pixels_of_torchvision_at_every_strength()
    {
        Image image = Fixture.Drawn(83, 61, (x, y) => (x * 3 + y % 7, 255 - y * 4, (x * x + y * 5) % 256));
        using TemporaryFolder folder = new();
        string names = PyTorch.Run(Script,
            [folder.Write("image", image.Pixels), "83", "61", folder.PathOf("results"),
            .. Asked.Select(asked => $"{asked.Policy} {asked.Bins} {asked.Interpolation.ToString().ToUpperInvariant()}")]);
        using FileStream expected = File.OpenRead(folder.PathOf("results"));

        Assert.Equal(names.TrimEnd().Split('\n'),
            Asked.SelectMany(asked => asked.Space.Select(range => $"{asked.Policy} {range.Op.Name} {range.Signed}")));
        foreach (var (policy, space, bins, interpolation) in Asked)
        {
            foreach (var (operation, bin, negative) in Everything(space, bins))
            {
                byte[] pixels = new byte[image.Pixels.Length];
                expected.ReadExactly(pixels);
                TransformCase ours = new("", "",
                    buffer => PolicyCases.Run(buffer, space, operation, bin, bins, interpolation, new Color(9, 99, 199), negative));
                var difference = PixelDifference.Between(pixels, ours.Ours(image).Pixels);
                Assert.True(difference.Largest == 0, $"{policy}, {operation}, bin {bin} of {bins}, negative: {negative}: {difference}");
            }
        }
        Assert.Equal(expected.Length, expected.Position);
    }

    private static IEnumerable<(string Operation, int Bin, bool Negative)> Everything(IReadOnlyList<AugmentationRange> space, int bins) =>
        from range in space
        from bin in Enumerable.Range(0, bins)
        from negative in range.Signed ? [false, true] : (bool[])[false]
        select (range.Op.Name, bin, negative);
}
