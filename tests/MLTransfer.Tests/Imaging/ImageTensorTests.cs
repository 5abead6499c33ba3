using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Imaging;

public class ImageTensorTests
{
    [Fact]
    public void Every_gray_level_of_every_color_is_normalized_to_the_last_bit_as_torch_does()
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

    [Theory]
    [InlineData(ChannelOrder.Rgb)]
    [InlineData(ChannelOrder.Bgr)]
    public void A_device_gets_the_bytes_and_computes_the_same_from_them(ChannelOrder order)
    {
        using var scope = NewDisposeScope();
        Image image = Fixture.Drawn(16, 16, (x, y) => (16 * y + x, 255 - (16 * y + x), (16 * y + x + 100) % 256));
        ImageBatch batch = ImageBatch.LoadOne(new DecodedImage("levels", image), [new Resize(16, 16)]);
        Preprocessing preprocessing = Preprocessing.ImageNet with { Channels = order };

        // The loader's memory is longer than its last batch.
        byte[] pixels = [.. batch.Pixels, 1, 2, 3];
        Tensor images = ImageTensor.OnDevice(pixels, [1, 16, 16, 3], preprocessing, CPU);
        pixels.AsSpan().Clear();

        Tensor expected = ImageTensor.From(batch, preprocessing, CPU).permute(0, 2, 3, 1);
        Assert.Equal(expected.contiguous().data<float>().ToArray(), images.contiguous().data<float>().ToArray());
    }
}
