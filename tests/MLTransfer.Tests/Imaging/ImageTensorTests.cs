using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Imaging;

public class ImageTensorTests
{
    [Fact]
    public void Every_grey_level_of_every_colour_is_normalized_to_the_last_bit_as_torch_does()
    {
        using var scope = NewDisposeScope();
        Image image = Fixture.Drawn(16, 16, (x, y) => (16 * y + x, 255 - (16 * y + x), (16 * y + x + 100) % 256));
        ImageBatch batch = ImageBatch.LoadOne(new DecodedImage("levels", image), [new Resize(16, 16)]);

        Tensor images = ImageTensor.From(batch, Preprocessing.ImageNet, CPU);

        Tensor expected = tensor(image.Pixels.Select(level => (float)level).ToArray(), [1, 16, 16, 3]).div_(255f)
            .sub_(tensor(new[] { 0.485f, 0.456f, 0.406f })).div_(tensor(new[] { 0.229f, 0.224f, 0.225f })).permute(0, 3, 1, 2);
        Assert.Equal([1, 3, 16, 16], images.shape);
        Assert.Equal(expected.contiguous().data<float>().ToArray(), images.contiguous().data<float>().ToArray());
        Assert.Equal([768, 1, 48, 3], images.stride());
    }
}
