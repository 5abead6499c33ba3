using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Imaging;

/// <summary>Converts a batch of images to the input tensor of a network.</summary>
internal static class ImageTensor
{
    private const int Channels = 3;

    /// <summary>
    /// Images (N, 3, H, W) in float32, channels-last in memory: (pixel / 255 − mean) / standard deviation, in this order, as
    /// torchvision's ToTensor and Normalize compute it; channels in the order asked for. Pixels travel to a device as bytes.
    /// </summary>
    /// <param name="batch">The images; their memory may be overwritten afterwards.</param>
    /// <param name="preprocessing">Mean, standard deviation and the order of the channels.</param>
    /// <param name="device">The device of the tensor.</param>
    /// <exception cref="InvalidOperationException">A normalized color is infinite or NaN: networks could hide that.</exception>
    public static Tensor From(ImageBatch batch, Preprocessing preprocessing, Device device)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(device);
        using var scope = NewDisposeScope();
        long[] shape = [batch.Count, batch.Height, batch.Width, Channels];
        Tensor images = device.type == DeviceType.CPU
            ? OnCpu(batch.Pixels.AsSpan(0, batch.Count * batch.Height * batch.Width * Channels), shape, preprocessing)
            : OnDevice(batch.Pixels, shape, preprocessing, device);
        return images.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    // One table look-up for each byte, instead of four passes over all floats.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Tensor OnCpu(ReadOnlySpan<byte> pixels, long[] shape, Preprocessing preprocessing)
    {
        Tensor images = empty(shape, ScalarType.Float32);
        Span<float> values = MemoryMarshal.Cast<byte, float>(images.bytes);
        float[] red = Table(preprocessing.Mean.R, preprocessing.StandardDeviation.R);
        float[] green = Table(preprocessing.Mean.G, preprocessing.StandardDeviation.G);
        float[] blue = Table(preprocessing.Mean.B, preprocessing.StandardDeviation.B);
        values = values[..pixels.Length];
        (int first, int last) = preprocessing.Channels == ChannelOrder.Bgr ? (2, 0) : (0, 2);
        for (int i = 0; i + 2 < values.Length; i += Channels)
        {
            values[i + first] = red[pixels[i]];
            values[i + 1] = green[pixels[i + 1]];
            values[i + last] = blue[pixels[i + 2]];
        }
        return images;
    }

    private static float[] Table(float mean, float deviation)
    {
        float[] table = new float[byte.MaxValue + 1];
        for (int value = 0; value < table.Length; value++)
            table[value] = (value / 255f - mean) / deviation;
        return table.All(float.IsFinite) ? table : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Normalization makes colors infinite or NaN: it subtracts {mean} and divides by {deviation}. Use a larger deviation."));
    }

    // The pixels are copied once, into page-locked memory.
    internal static Tensor OnDevice(byte[] pixels, long[] shape, Preprocessing preprocessing, Device device)
    {
        using Tensor bytes = frombuffer(pixels, ScalarType.Byte, shape.Aggregate((product, size) => product * size));
        Tensor images = DeviceCopy.To(bytes, device).view(shape).to(ScalarType.Float32).div_(255f)
            .sub_(PerChannel(preprocessing.Mean, device)).div_(PerChannel(preprocessing.StandardDeviation, device));
        return preprocessing.Channels == ChannelOrder.Bgr ? images.flip(3) : images;
    }

    private static Tensor PerChannel(Rgb values, Device device) => DeviceCopy.To(tensor(new[] { values.R, values.G, values.B }), device);
}
