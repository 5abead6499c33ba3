using MLTransfer.Imaging;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Kernels;
using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Decodes images with the library's own decoders; as TensorFlow does, without turning them as EXIF asks.</summary>
internal static class ImageOperations
{
    private const int Rgb = 3;
    private static readonly DecodingOptions AsStored = new() { ApplyOrientation = false };

    public static void AddTo(OperationSet operations)
    {
        foreach (string name in (string[])["DecodeJpeg", "DecodePng", "DecodeBmp", "DecodeImage"])
            operations.Add(name, (node, _) => Decoder(node));
    }

    private static FunctionKernel Decoder(GraphNode node)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long channels = node.Attribute("channels", 0L), ratio = node.Attribute("ratio", 1L);
        if (channels is not (0 or 1 or Rgb))
            throw new KernelException($"It asks for {channels} channels; 1, 3, and 0 for those of the file are possible.");
        if (ratio is not (1 or 2 or 4 or 8)) throw new KernelException($"Its ratio is {ratio}; 1, 2, 4 and 8 are possible.");
        if (node.Attribute("dtype", DataType.DtUint8) is not DataType.DtUint8 and var type)
            throw new KernelException($"It decodes to {type}; uint8 is possible.");
        return new FunctionKernel(inputs => [Decode(inputs[0].Text, (int)channels, (int)ratio)]);
    }

    private static Tensor Decode(TextTensor text, int channels, int ratio)
    {
        if (text.Items is not [var encoded])
            throw new KernelException($"It decodes one image, and is given {text.Items.Count} strings.");
        try
        {
            Image image = Image(encoded, ratio);
            int kept = channels != 0 ? channels : ChannelsOf(encoded.Span);
            Tensor pixels = empty([image.Height, image.Width, kept], ScalarType.Byte);
            if (kept == Rgb)
                image.Pixels.CopyTo(pixels.bytes);
            else
                ToGray(image.Pixels, pixels.bytes);
            return pixels;
        }
        catch (ImageException exception)
        {
            throw new KernelException($"The image cannot be decoded: {exception.Reason}.");
        }
    }

    private static Image Image(ReadOnlyMemory<byte> encoded, int ratio)
    {
        ImageSource source = ImageSource.FromBytes(encoded);
        if (ratio == 1) return source.Decode(AsStored);
        using DecodedPixels pixels = source.Open(AsStored with { ReducedScale = true }, NeededPixels.ReducedBy(ratio));
        if (pixels.Width == pixels.View.Width) return Average(pixels.ToImage(), ratio);
        byte[] reduced = new byte[pixels.Width * pixels.Height * Rgb];
        PixelOrder.ToRgb(pixels.Bytes, reduced, pixels.View.Layout);
        return new Image(pixels.Width, pixels.Height, reduced);
    }

    // Without libjpeg-turbo, which decodes at a smaller size: the mean of each block.
    private static Image Average(Image image, int ratio)
    {
        (int width, int height) = ((image.Width + ratio - 1) / ratio, (image.Height + ratio - 1) / ratio);
        byte[] reduced = new byte[width * height * Rgb];
        for (int at = 0; at < reduced.Length; at++)
        {
            (int channel, int left, int top) = (at % Rgb, at / Rgb % width * ratio, at / Rgb / width * ratio);
            (int right, int bottom) = (Math.Min(left + ratio, image.Width), Math.Min(top + ratio, image.Height));
            int sum = 0, count = (right - left) * (bottom - top);
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++) sum += image.Pixels[(((y * image.Width) + x) * Rgb) + channel];
            }
            reduced[at] = (byte)((sum + (count / 2)) / count);
        }
        return new Image(width, height, reduced);
    }

    /// <summary>1 where the file is gray, otherwise 3.</summary>
    private static int ChannelsOf(ReadOnlySpan<byte> encoded)
    {
        const int pngColorType = 25;
        return ImageFormats.Sniff(encoded) switch
        {
            ImageFormat.Jpeg => JpegComponents(encoded) == 1 ? 1 : Rgb,
            ImageFormat.Png when encoded.Length > pngColorType => encoded[pngColorType] switch
            {
                0 => 1,
                4 or 6 => throw new KernelException("The image has transparency; ask for 1 or 3 channels."),
                _ => Rgb,
            },
            ImageFormat.Gif => throw new KernelException("The image is a GIF, whose frames are not decoded."),
            _ => Rgb,
        };
    }

    private static int JpegComponents(ReadOnlySpan<byte> encoded)
    {
        const int components = 5;
        int position = 0;
        while (JpegHeader.NextMarker(encoded, ref position) is not 0 and var marker)
        {
            if (JpegHeader.StandsAlone(marker)) continue;
            if (!JpegHeader.TryReadSegment(encoded, ref position, out ReadOnlySpan<byte> segment)) break;
            // Start of frame: 0xC0 to 0xCF, but for Huffman tables, extensions and arithmetic conditioning.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && segment.Length > components) return segment[components];
        }
        return Rgb;
    }

    // The luma of JPEG (ITU-T T.871): 0.299 R + 0.587 G + 0.114 B, in 16 bits after the point.
    private static void ToGray(ReadOnlySpan<byte> rgb, Span<byte> gray)
    {
        for (int pixel = 0; pixel < gray.Length; pixel++)
        {
            int at = pixel * Rgb;
            gray[pixel] = (byte)(((19_595 * rgb[at]) + (38_470 * rgb[at + 1]) + (7_471 * rgb[at + 2]) + 32_768) >> 16);
        }
    }
}
