namespace MLTransfer;

/// <summary>The device that the network runs on.</summary>
public enum DeviceKind
{
    /// <summary>The first CUDA device where there is one, the processor otherwise.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>The first CUDA device; with several, <c>CUDA_VISIBLE_DEVICES</c> in the environment says which one that is.</summary>
    Cuda,
}

/// <summary>
/// The number format that a network computes in. That of layers in training may differ from that of feature extraction, validation and
/// prediction; their weights are always float32.
/// </summary>
public enum Precision
{
    /// <summary>
    /// bfloat16 where the device is faster with it (processors with AMX, AMD's with AVX512-BF16, CUDA devices of compute capability 8.0
    /// and above), float32 elsewhere. On a processor, layers are trained in bfloat16 where that was measured to be faster, on this machine
    /// and for this network, where there are at least 200 images to train on; the file <c>measured.txt</c> in the user's cache keeps the
    /// choice.
    /// </summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>
    /// bfloat16 on any processor, slow on those without instructions for it; in fine-tuning also for the trained layers, which is faster
    /// and slightly less exact. A network from outside this library always computes in float32.
    /// </summary>
    BFloat16,
}
