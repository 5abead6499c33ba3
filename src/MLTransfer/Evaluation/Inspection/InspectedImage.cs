using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>What is known of an image after it was decoded.</summary>
/// <param name="Row">The image.</param>
/// <param name="Content">SHA-256 of the file.</param>
/// <param name="Size">Its pixels.</param>
/// <param name="IsOneColour">Whether it shows nothing.</param>
/// <param name="Hash">What it looks like, in 64 bits.</param>
/// <param name="Shades">What it looks like, in 256 shades.</param>
internal sealed record InspectedImage(ImageRow Row, string Content, ImageDimensions Size, bool IsOneColour, ulong Hash, Shades Shades);
