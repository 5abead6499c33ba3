using MLTransfer.Imaging;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>The bottleneck features of a list of images, as far as they could be read.</summary>
/// <param name="Values">Features (images, width), float32, on the device, in the dispose scope of whoever asked for them; the rows are
/// those of <paramref name="Kept"/>.</param>
/// <param name="Kept">Which image each row is.</param>
/// <param name="Skipped">The images that could not be read.</param>
/// <param name="LoaderWaitShare">The part of the time in which the network had to wait for images; NaN where none went through it.</param>
internal sealed record FeatureSet(Tensor Values, IReadOnlyList<int> Kept, IReadOnlyList<SkippedImage> Skipped, double LoaderWaitShare);
