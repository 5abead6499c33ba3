using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Imaging;

/// <summary>Brings a batch of pictures to the device as a network takes it.</summary>
internal static class PictureTensor
{
    /// <summary>
    /// Images (N, 3, H, W) in float32, channels-last in memory: (pixel / 255 − mean) / standard deviation, in this order, as torchvision's
    /// ToTensor and Normalize compute it. Pixels travel to the device as bytes.
    /// </summary>
    public static Tensor From(PictureBatch batch, Preprocessing preprocessing, Device device)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = empty([batch.Count, batch.Height, batch.Width, 3], ScalarType.Byte);
        batch.Pixels.AsSpan(0, batch.Count * batch.Height * batch.Width * 3).CopyTo(pixels.bytes);
        return pixels.to(device).to(ScalarType.Float32).div_(255f)
            .sub_(Channels(preprocessing.Mean, device)).div_(Channels(preprocessing.StandardDeviation, device))
            .permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static Tensor Channels(Rgb values, Device device) => tensor(new[] { values.R, values.G, values.B }, device: device);
}
