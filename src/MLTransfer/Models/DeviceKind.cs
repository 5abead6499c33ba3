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

/// <summary>
/// The number format of inference: of feature extraction, validation and prediction. Layers that learn compute in float32 unless bfloat16
/// is asked for; their weights are float32 always.
/// </summary>
public enum Precision
{
    /// <summary>bfloat16 where the processor computes with it (AVX512-BF16, AMX), float32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>
    /// bfloat16, whatever the processor, slow where it has no instructions for it; in fine-tuning also for the layers that learn, which is
    /// faster and a little less exact.
    /// </summary>
    BFloat16,
}
