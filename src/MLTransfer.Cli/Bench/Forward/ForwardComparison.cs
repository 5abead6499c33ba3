namespace MLTransfer.Cli.Bench.Forward;

/// <summary>Images a second through one backbone, in evaluation mode, medians of rounds in turns.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="ImageSize">The side of the images, in pixels.</param>
/// <param name="PeerImagesPerSecond">PyTorch, float32.</param>
/// <param name="Float32ImagesPerSecond">The network as it is trained, float32.</param>
/// <param name="FrozenPrecision">What the network as it predicts computes with.</param>
/// <param name="FrozenImagesPerSecond">The network as it predicts: folded, channels-last, in the precision that is chosen by
/// itself.</param>
/// <param name="Float32Ratio">The median over the rounds of our float32 speed over PyTorch's in the same round.</param>
/// <param name="FrozenRatio">That of the network as it predicts.</param>
internal sealed record ForwardComparison(
    string Backbone, int ImageSize, double PeerImagesPerSecond, double Float32ImagesPerSecond, Precision FrozenPrecision,
    double FrozenImagesPerSecond, double Float32Ratio, double FrozenRatio);

/// <summary>All of them.</summary>
internal sealed record ForwardReport(int BatchSize, int Threads, int Rounds, IReadOnlyList<ForwardComparison> Backbones);
