using MLTransfer.Estimators;
using MLTransfer.Files;
using MLTransfer.Imaging;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>How an explanation finds out where in an image a class is.</summary>
public enum ExplanationMethod
{
    /// <summary>
    /// Grad-CAM (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391): the last maps of the network, weighted by how much the class
    /// depends on them. Fast; as coarse as those maps, of transformers the tokens before the last block.
    /// </summary>
    GradCam,

    /// <summary>
    /// Occlusion (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901): what the probability of the class loses where a patch of the
    /// image is covered by the image's mean color. Works with every network; takes about 200 predictions.
    /// </summary>
    Occlusion,

    /// <summary>
    /// Attention rollout (Abnar and Zuidema 2020, https://arxiv.org/abs/2005.00928), for vision transformers (ViT): how much of each patch
    /// is in what the head classifies, from the least to the most. It tells what the network looked at, the same for every class. Fast.
    /// </summary>
    AttentionRollout,
}

/// <summary>Where in an image a model finds a class.</summary>
public sealed class Explanation
{
    private readonly Image _image;
    private readonly float[] _heat;

    internal Explanation(ImagePrediction prediction, int label, ExplanationMethod method, Image image, float[] heat) =>
        (Prediction, Label, Probability, Method, _image, _heat) =
            (prediction, prediction.LabelAt(label), prediction.Probabilities[label], method, image, heat);

    /// <summary>The prediction of the view that is explained: one view, whatever the test-time augmentation.</summary>
    public ImagePrediction Prediction { get; }

    /// <summary>The class that is explained.</summary>
    public string Label { get; }

    /// <summary>Its probability.</summary>
    public float Probability { get; }

    /// <summary>How the heat was found.</summary>
    public ExplanationMethod Method { get; }

    /// <summary>Width of <see cref="Heat"/> and of the image, resized and cropped as the network sees it, in pixels.</summary>
    public int Width => _image.Width;

    /// <summary>Height of <see cref="Heat"/> and of the image, in pixels.</summary>
    public int Height => _image.Height;

    /// <summary>
    /// Row by row, how much each pixel speaks for the class, from 0 to 1, the highest of the image; 0 everywhere where nothing does.
    /// </summary>
    public IReadOnlyList<float> Heat => _heat;

    /// <summary>Writes the image, as the network sees it, with the heat over it as a PNG file.</summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => stream.Write(ToPng()));
    }

    /// <summary>The bytes of the file that <see cref="SavePng"/> writes.</summary>
    public byte[] ToPng() => HeatOverlay.Encode(_image, _heat, SKEncodedImageFormat.Png);

    /// <summary>The image alone, as the network sees it, as the bytes of a PNG file.</summary>
    public byte[] ImageToPng() => HeatOverlay.Encode(_image, null, SKEncodedImageFormat.Png);

    /// <summary>For pages, which hold many.</summary>
    internal byte[] ToJpeg(bool withHeat) =>
        HeatOverlay.Encode(_image, withHeat ? _heat : null, SKEncodedImageFormat.Jpeg);
}

/// <summary>Draws heat over an image.</summary>
internal static class HeatOverlay
{
    // So much of the image is covered: cold parts become dark, hot ones light up.
    private const float Opacity = 0.55f;

    // Of JPEG; PNG has none.
    private const int Quality = 88;

    // Five colors of matplotlib's inferno, evenly spaced.
    private static readonly (float R, float G, float B)[] Colors =
        [(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)];

    /// <param name="image">The image.</param>
    /// <param name="heat">Of each pixel; null for the image alone.</param>
    /// <param name="format">The format of the file.</param>
    public static byte[] Encode(Image image, float[]? heat, SKEncodedImageFormat format)
    {
        byte[] pixels = new byte[image.Width * image.Height * 4];
        for (int at = 0; at < image.Width * image.Height; at++)
        {
            (float r, float g, float b) = ColorOf(heat?[at] ?? 0);
            float opacity = heat is null ? 0 : Opacity;
            ReadOnlySpan<byte> below = image.Pixels.AsSpan(3 * at, 3);
            pixels[4 * at] = Mix(below[0], r);
            pixels[4 * at + 1] = Mix(below[1], g);
            pixels[4 * at + 2] = Mix(below[2], b);
            pixels[4 * at + 3] = byte.MaxValue;

            byte Mix(byte under, float over) => (byte)MathF.Round(under + opacity * (over - under));
        }

        var layout = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKImage drawn = SKImage.FromPixelCopy(layout, pixels);
        using SKData encoded = drawn.Encode(format, Quality);
        return encoded.ToArray();
    }

    private static (float R, float G, float B) ColorOf(float heat)
    {
        float place = Math.Clamp(heat, 0, 1) * (Colors.Length - 1);
        int index = Math.Min((int)place, Colors.Length - 2);
        float part = place - index;
        ((float r, float g, float b), (float nextR, float nextG, float nextB)) = (Colors[index], Colors[index + 1]);
        return (r + part * (nextR - r), g + part * (nextG - g), b + part * (nextB - b));
    }
}

/// <summary>Finds out where in an image a class is: for each pixel of the image from 0 to 1, row by row.</summary>
internal static class Heat
{
    // Seven patches side by side, each step half of one.
    private const long PatchesAcross = 7;

    private const int BatchSize = 32;

    // Rounding changes probabilities by less.
    private const float LeastLoss = 1e-3f;

    /// <param name="network">The network.</param>
    /// <param name="image">(1, 3, H, W), normalized.</param>
    /// <param name="label">The class.</param>
    /// <returns>Null where the network has no maps.</returns>
    public static float[]? OfActivations(IImageNetwork network, Tensor image, int label)
    {
        using var scope = NewDisposeScope();
        return network.ActivationMap(image, label) is { } map ? Scaled(Enlarged(map, image)) : null;
    }

    /// <param name="network">The network.</param>
    /// <param name="image">(1, 3, H, W), normalized.</param>
    /// <returns>Null where the network has no attention of all patches to all.</returns>
    public static float[]? OfAttention(IImageNetwork network, Tensor image)
    {
        using var scope = NewDisposeScope();
        // Every patch has a share; what is to be seen is the difference.
        return network.AttentionRollout(image) is { } map ? Scaled(Enlarged(map - map.min(), image)) : null;
    }

    /// <param name="network">The network.</param>
    /// <param name="image">(1, 3, H, W), normalized.</param>
    /// <param name="label">The class.</param>
    /// <param name="cancellation">Stops after a batch.</param>
    public static float[] OfOcclusion(IImageNetwork network, Tensor image, int label, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        (long height, long width) = (image.shape[2], image.shape[3]);
        long patch = Math.Max(2, Math.Min(height, width) / PatchesAcross), step = (patch + 1) / 2;
        Tensor color = image.mean([2, 3], keepdim: true)[0];
        (long Y, long X)[] corners = [.. from y in Steps(height) from x in Steps(width) select (y, x)];
        Tensor lost = zeros(height, width), covers = zeros(height, width);
        // The whole image is in each batch: one alone may be rounded in another way.
        foreach ((long Y, long X)[] batch in corners.Chunk(BatchSize - 1))
        {
            cancellation.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            Tensor covered = image.repeat(batch.Length + 1, 1, 1, 1);
            for (int index = 0; index < batch.Length; index++)
                covered[index + 1].narrow(1, batch[index].Y, patch).narrow(2, batch[index].X, patch).copy_(color);
            float[] probabilities = network.Run(covered)[TensorIndex.Colon, label].cpu().contiguous().data<float>().ToArray();
            foreach (((long y, long x), float probability) in batch.Zip(probabilities[1..]))
            {
                lost.narrow(0, y, patch).narrow(1, x, patch).add_(probabilities[0] - probability);
                covers.narrow(0, y, patch).narrow(1, x, patch).add_(1);
            }
        }

        return Scaled((lost / covers).relu(), LeastLoss);

        // The last patch ends with the image.
        IEnumerable<long> Steps(long length)
        {
            for (long at = 0; at < length - patch; at += step) yield return at;
            yield return length - patch;
        }
    }

    private static Tensor Enlarged(Tensor map, Tensor image) => nn.functional.interpolate(
        map.unsqueeze(0).unsqueeze(0), [image.shape[2], image.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false)[0, 0];

    private static float[] Scaled(Tensor heat, float least = 0)
    {
        float highest = heat.max().item<float>();
        return (highest > least ? heat / highest : zeros_like(heat)).cpu().contiguous().data<float>().ToArray();
    }
}
