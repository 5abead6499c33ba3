using MLTransfer.Errors;

namespace MLTransfer;

/// <summary>How a model is written as ONNX.</summary>
public sealed record OnnxExportOptions
{
    internal const int FirstOpset = 17;
    internal const int FirstOpsetWithAntialiasing = 18;
    internal const int LastOpset = 21;

    /// <summary>
    /// How much of the preprocessing the file contains, which decides its input. Default: <see cref="OnnxPreprocessing.Normalize"/>.
    /// </summary>
    public OnnxPreprocessing Preprocessing { get; init; } = OnnxPreprocessing.Normalize;

    /// <summary>The number format of weights and layers. Default: <see cref="OnnxPrecision.Float32"/>.</summary>
    public OnnxPrecision Precision { get; init; } = OnnxPrecision.Float32;

    /// <summary>
    /// The version of ONNX's operators, from 17 to 21; older runtimes know only older versions. <see cref="OnnxPreprocessing.Full"/> needs
    /// at least 18. Default: 18.
    /// </summary>
    public int Opset { get; init; } = FirstOpsetWithAntialiasing;

    /// <exception cref="ArgumentException">At least one value cannot be used; the message lists all of them.</exception>
    internal OnnxExportOptions Checked() => Check.All(this,
        Check.Known(Preprocessing),
        Check.Known(Precision),
        Check.Between(FirstOpset, Opset, LastOpset),
        Preprocessing == OnnxPreprocessing.Full && Opset == FirstOpset
            ? $"{nameof(Opset)} is {Opset}; {nameof(Preprocessing)} {OnnxPreprocessing.Full} needs at least {FirstOpsetWithAntialiasing}, "
                + "which resizes with antialiasing."
            : null);
}

/// <summary>How much of a model's preprocessing an ONNX file contains.</summary>
public enum OnnxPreprocessing
{
    /// <summary>None: the input is normalized colors, float (N, 3, S, S).</summary>
    None,

    /// <summary>Normalization: the input is images of the network's size, bytes (N, S, S, 3), red, green, blue.</summary>
    Normalize,

    /// <summary>
    /// Resizing, cropping and normalization: the input is images of any one size, bytes (N, H, W, 3), red, green, blue.
    /// </summary>
    Full,
}

/// <summary>The number format of weights and layers in an ONNX file. Input and probabilities are float32 or bytes in both.</summary>
public enum OnnxPrecision
{
    /// <summary>The numbers of the model itself.</summary>
    Float32,

    /// <summary>Half the size, for devices that compute with it; probabilities differ by up to about 0.01.</summary>
    Float16,
}
