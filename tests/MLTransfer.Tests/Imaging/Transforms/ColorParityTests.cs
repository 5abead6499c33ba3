using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

public class ColorParityTests
{
    private const string Script = """
        import sys, warnings
        warnings.filterwarnings("ignore")
        import numpy as np, torchvision.transforms.functional as F
        from PIL import Image
        source, target = sys.argv[1:]
        image = Image.frombytes("RGB", (512, 512), open(source, "rb").read())
        with open(target, "wb") as out:
            for turns in (0, 1 / 255, -1 / 255, 0.25, 0.5, -0.5, -0.123):
                out.write(np.asarray(F.adjust_hue(image, turns)).tobytes())
            for factor in (0, 0.1, 0.5, 1 / 3, 0.999, 1, 1.001, 1.4, 7):
                for change in (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_sharpness):
                    out.write(np.asarray(change(image, factor)).tobytes())
        """;

    [NeedsTorchvisionFact]
    public void Colors_from_all_over_the_cube_change_as_in_torchvision()
    {
        // 64 levels of each color, from 0 to 255.
        Image cube = Fixture.Drawn(512, 512, (x, y) => (Level(x % 64), Level(y % 64), Level(x / 64 + y / 64 * 8)));
        using TemporaryFolder folder = new();
        PyTorch.Run(Script, folder.Write("cube", cube.Pixels), folder.PathOf("results"));
        using FileStream expected = File.OpenRead(folder.PathOf("results"));

        foreach (double turns in (double[])[0, 1 / 255.0, -1 / 255.0, 0.25, 0.5, -0.5, -0.123])
            Same($"hue {turns}", buffer => ColorOps.Hue(buffer, turns));
        foreach (double factor in (double[])[0, 0.1, 0.5, 1 / 3.0, 0.999, 1, 1.001, 1.4, 7])
        {
            Same($"brightness {factor}", buffer => ColorOps.Brightness(buffer, factor));
            Same($"contrast {factor}", buffer => ColorOps.Contrast(buffer, factor));
            Same($"saturation {factor}", buffer => ColorOps.Saturation(buffer, factor));
            Same($"sharpness {factor}", buffer => ColorOps.Sharpness(buffer, factor));
        }
        Assert.Equal(expected.Length, expected.Position);

        void Same(string name, Action<ImageBuffer> change)
        {
            byte[] pixels = new byte[cube.Pixels.Length];
            expected.ReadExactly(pixels);
            var difference = PixelDifference.Between(pixels, new TransformCase(name, "", change).Ours(cube).Pixels);
            Assert.True(difference.Largest == 0, $"{name}: {difference}");
        }
    }

    private static int Level(int step) => step * 4 + step % 4;
}
