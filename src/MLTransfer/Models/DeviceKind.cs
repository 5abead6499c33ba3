namespace MLTransfer;

/// <summary>Where the network runs.</summary>
public enum DeviceKind
{
    /// <summary>The first CUDA device where there is one, the processor otherwise.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>The first CUDA device.</summary>
    Cuda,
}
