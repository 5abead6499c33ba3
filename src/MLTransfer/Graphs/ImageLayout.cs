namespace MLTransfer;

/// <summary>Where the channels of the images that a graph takes are.</summary>
public enum ImageLayout
{
    /// <summary>Where the shape of the input says; unknown: as is usual for the format.</summary>
    Auto,

    /// <summary>(N, H, W, C), as is usual in TensorFlow.</summary>
    ChannelsLast,

    /// <summary>(N, C, H, W), as is usual in ONNX.</summary>
    ChannelsFirst,
}
