using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Turns every image grey. As torchvision's <c>Grayscale</c>, for one channel as for three: images have three channels here, which are
/// equal.
/// </summary>
public sealed record Grayscale : PixelTransform
{
    internal override void Change(Canvas canvas, ref ImageRandom random) => Tone.Gray(canvas);
}
