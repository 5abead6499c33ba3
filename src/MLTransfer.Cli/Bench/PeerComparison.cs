namespace MLTransfer.Cli.Bench;

/// <summary>Two trainings of one kind, on the same images.</summary>
internal sealed record PeerComparison(
    string Mode, string Backbone, int Epochs, int Threads, PeerTiming Peer, PeerTiming Ours, PeerTiming? Warm)
{
    /// <summary>The peer's seconds over ours.</summary>
    public double TimeRatio => Peer.Seconds / Ours.Seconds;

    /// <summary>Our training images per second over the peer's.</summary>
    public double SpeedRatio => Ours.TrainImagesPerSecond / Peer.TrainImagesPerSecond;
}

/// <summary>One process: its seconds from start to exit, its best accuracy, its speed.</summary>
internal sealed record PeerTiming(double Seconds, double Accuracy, double TrainImagesPerSecond);
