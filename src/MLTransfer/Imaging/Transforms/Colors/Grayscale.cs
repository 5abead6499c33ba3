using MLTransfer.Imaging.Toning;

namespace MLTransfer.Imaging;

/// <summary>
/// Turns every picture grey. As torchvision's <c>Grayscale</c>, for one channel as for three: pictures have three channels here, which are equal.
/// </summary>
public sealed record Grayscale : PixelTransform
{
    internal override void Change(Canvas canvas, ref PictureRandom random) => Tone.Gray(canvas);
}
