using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Quantized weights, and the leftovers of training with quantization.</summary>
internal static class QuantizationOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("Dequantize", Dequantize)
        .Add("FakeQuantWithMinMaxArgs", (node, inputs) =>
            [FakeQuantize(node, inputs[0].Tensor, [(float)node.Attribute("min", -6.0)], [(float)node.Attribute("max", 6.0)])])
        .Add("FakeQuantWithMinMaxVars", (node, inputs) => [FakeQuantize(node, inputs[0].Tensor, Numbers(inputs[1]), Numbers(inputs[2]))])
        .Add("FakeQuantWithMinMaxVarsPerChannel", (node, inputs) =>
            [FakeQuantize(node, inputs[0].Tensor, Numbers(inputs[1]), Numbers(inputs[2]))]);

    private static GraphValue[] Dequantize(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        if (Numbers(inputs[1]) is not [var least] || Numbers(inputs[2]) is not [var most])
            throw new KernelException("Its range must be two single numbers.");
        DataType type = node.Attribute<DataType>("T");
        (double lowest, double highest) = type switch
        {
            DataType.DtQuint8 => (0, 255),
            DataType.DtQint8 => (-128, 127),
            DataType.DtQint32 => (int.MinValue, (double)int.MaxValue),
            _ => throw new KernelException($"It reads {type}; quint8, qint8 and qint32 are possible."),
        };
        Tensor values = inputs[0].Tensor.to(ScalarType.Float32);
        switch (node.Attribute("mode", "MIN_COMBINED"))
        {
            case "MIN_COMBINED" or "MIN_FIRST":
                float scale = (float)((most - least) / (highest - lowest));
                return [((values - lowest) * scale) + least];
            case "SCALED":
                bool isNarrow = node.Attribute("narrow_range", false);
                double range = lowest == 0 ? most / highest : Math.Max(least / (lowest + (isNarrow ? 1 : 0)), most / highest);
                return [values * (float)range];
            case var other:
                throw new KernelException($"Its mode is '{other}'; MIN_COMBINED, MIN_FIRST and SCALED are possible.");
        }
    }

    /// <summary>Rounds to the values that so many bits between least and most can take, of which 0 is one.</summary>
    private static Tensor FakeQuantize(GraphNode node, Tensor x, float[] least, float[] most)
    {
        long bits = node.Attribute("num_bits", 8L);
        if (bits is < 2 or > 16 || least.Length != most.Length || (least.Length > 1 && (x.dim() == 0 || x.shape[^1] != least.Length)))
            throw new KernelException($"It quantizes {(GraphValue)x} to {bits} bits with {least.Length} ranges; they do not fit.");
        float first = node.Attribute("narrow_range", false) ? 1 : 0, last = (1 << (int)bits) - 1;
        var (scales, lows, highs) = (new float[least.Length], new float[least.Length], new float[least.Length]);
        for (int channel = 0; channel < least.Length; channel++)
        {
            float scale = (most[channel] - least[channel]) / (last - first);
            float zero = first - (least[channel] / scale);
            float nudged = zero < first ? first : zero > last ? last : MathF.Round(zero, MidpointRounding.AwayFromZero);
            (scales[channel], lows[channel], highs[channel]) = (scale, (first - nudged) * scale, (last - nudged) * scale);
        }
        Tensor step = tensor(scales).to(x.device), low = tensor(lows).to(x.device), high = tensor(highs).to(x.device);
        if (least is [0f] && most is [0f]) return x.zeros_like();
        Tensor clamped = x.minimum(high).maximum(low);
        return ((((clamped - low) / step) + 0.5f).floor() * step) + low;
    }

    private static float[] Numbers(GraphValue value)
    {
        Tensor numbers = value.Tensor;
        if (numbers.dim() > 1 || numbers.numel() is 0 or > 1 << 20)
            throw new KernelException($"Its range is {value}; one number, or one for each channel, is expected.");
        using Tensor host = numbers.to(ScalarType.Float32).cpu();
        return [.. host.data<float>()];
    }
}
