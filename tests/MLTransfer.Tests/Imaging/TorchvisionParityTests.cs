using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging;

public class TorchvisionParityTests
{
    [NeedsTorchvisionTheory(TorchvisionCases.Script, TorchvisionCases.Images)]
    [InlineData("ants/0013035.jpg")]
    [InlineData("ants/formica.jpeg")]
    [InlineData("bees/2610833167_79bf0bcae5.jpg")]
    [InlineData("ants/ant photos.jpg")]
    public void Images_become_the_same_pixels_as_in_torchvision(string name)
    {
        string path = SharedFolder.PathOf($"{TorchvisionCases.Images}/{name}");
        using TorchvisionCases torchvision = new(path);
        Image decoded = new FileImage(path).Decode();
        Assert.Equal(torchvision.SizeOf("decoded"), (decoded.Height, decoded.Width));
        Assert.Equal(torchvision.Pixels("decoded"), decoded.Pixels);
        DecodingOptions bySkia = new() { UseBaselineJpeg = false, UseTurboJpeg = false };
        Assert.Equal(decoded.Pixels, new FileImage(path).Decode(bySkia).Pixels);

        Same("resize_256", new Resize(256));
        Same("resize_224", new Resize(224));
        Same("resize_64", new Resize(64));
        Same("resize_518", new Resize(518));
        Same("resize_exact_192x320", new Resize(320, 192));
        Same("resize_bicubic_224", new Resize(224, Interpolation.Bicubic));
        Same("resize_nearest_100", new Resize(100, Interpolation.Nearest));
        Same("center_crop_224", new Resize(256), new CenterCrop(224));
        Same("center_crop_300_pads", new Resize(256), new CenterCrop(300));
        Same("hflip", new Resize(256), new CenterCrop(224), new RandomHorizontalFlip(Probability: 1));
        Same("hflip", new RandomHorizontalFlip(Probability: 1), new Resize(256), new CenterCrop(224));
        Region part = new(Argument("left"), Argument("top"), Argument("width"), Argument("height"));
        Same("resized_crop", new FixedCrop(part), new Resize(224, 224));

        int Argument(string argument) => torchvision.Argument("resized_crop", argument);

        void Same(string reference, params ImageTransform[] transforms)
        {
            ImageRandom random = new(0, 0, 0);
            using DecodedPixels pixels = new(decoded);
            Image transformed = TransformPipeline.Apply(transforms, pixels, ref random);
            Assert.Equal(torchvision.SizeOf(reference), (transformed.Height, transformed.Width));
            var difference = PixelDifference.Between(torchvision.Pixels(reference), transformed.Pixels);
            Assert.True(difference.Largest == 0, $"{reference}: {difference}");
        }
    }

    private sealed record FixedCrop(Region Part) : BuiltInTransform
    {
        internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) => plan.Crop(Part);

        protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Part.Width, Part.Height);
    }
}

/// <summary>What torchvision makes of an image, case by case, as <c>parity_transforms.py</c> wrote it.</summary>
internal sealed class TorchvisionCases : IDisposable
{
    internal const string Script = "peers/parity_transforms.py";
    internal const string Images = "data/hymenoptera/train";

    private readonly TemporaryFolder _folder = new();
    private readonly JsonDocument _cases;

    internal TorchvisionCases(string image)
    {
        PyTorch.Run(File.ReadAllText(SharedFolder.PathOf(Script)), image, _folder.Path);
        _cases = JsonDocument.Parse(File.ReadAllText(_folder.PathOf("cases.json")));
    }

    internal byte[] Pixels(string name) => File.ReadAllBytes(_folder.PathOf(name + ".bin"));

    internal (int Height, int Width) SizeOf(string name)
    {
        JsonElement shape = Case(name).GetProperty("shape");
        return (shape[0].GetInt32(), shape[1].GetInt32());
    }

    internal int Argument(string name, string argument) => Case(name).GetProperty("args").GetProperty(argument).GetInt32();

    public void Dispose()
    {
        _cases.Dispose();
        _folder.Dispose();
    }

    private JsonElement Case(string name) => _cases.RootElement.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
}
