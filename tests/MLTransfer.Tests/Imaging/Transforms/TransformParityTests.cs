using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformParityTests(TorchvisionPixels torchvision) : IClassFixture<TorchvisionPixels>
{
    public static TheoryData<string> Cases => [.. TransformCases.All.Select(one => one.Name)];

    [NeedsTorchvisionTheory(TorchvisionCases.Images), MemberData(nameof(Cases))]
    public void Pixels_are_those_of_torchvision(string name)
    {
        int index = TransformCases.All.ToList().FindIndex(one => one.Name == name);
        TransformCase transform = TransformCases.All[index];
        Assert.Null(torchvision.Of(0, index).Problem);
        for (int i = 0; i < TorchvisionPixels.Images.Count; i++)
        {
            if (torchvision.Of(i, index).Problem is not null)
                continue;
            Image expected = torchvision.ImageOf(i, index), actual = transform.Ours(TorchvisionPixels.Images[i]);
            Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
            var difference = PixelDifference.Between(expected.Pixels, actual.Pixels);
            Assert.True(difference.Largest <= transform.Levels && difference.FractionThatDiffers <= transform.Fraction,
                $"image {i}: {difference}");
        }
    }
}
