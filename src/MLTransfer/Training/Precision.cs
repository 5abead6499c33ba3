namespace MLTransfer;

/// <summary>The number format of inference: of feature extraction, validation and prediction. Training is always in float32.</summary>
public enum Precision
{
    /// <summary>bfloat16 where the processor computes with it (AVX512-BF16, AMX), float32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>bfloat16, whatever the processor; slow where it has no instructions for it.</summary>
    BFloat16,
}
