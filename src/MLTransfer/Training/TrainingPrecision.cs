using System.Diagnostics;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Measures whether bfloat16 trains a network faster than float32 on this machine: on an EPYC with AVX512-BF16, ResNet-18 trained 1.7 times
/// as fast, and EfficientNet-B0 no faster.
/// </summary>
/// <param name="known">What was measured before.</param>
/// <param name="measure">Seconds of a training step in a number format.</param>
internal sealed class TrainingPrecision(MeasuredChoices known, Func<ScalarType, double> measure)
{
    private const int Rounds = 2, ImageBatch = 8;

    // What differs by less than this may be chance.
    private const double LeastGain = 1.1;

    /// <summary>The faster of float32 and bfloat16, as it is known or else measured.</summary>
    /// <param name="key">What decides the speed.</param>
    public ScalarType Faster(string key)
    {
        switch (known.Find(key))
        {
            case nameof(ScalarType.Float32): return ScalarType.Float32;
            case nameof(ScalarType.BFloat16): return ScalarType.BFloat16;
        }

        // In turns, so that both meet the same load of the machine; the first round pays for the preparations.
        double single = double.PositiveInfinity, half = double.PositiveInfinity;
        for (int round = 0; round <= Rounds; round++)
        {
            (double singleNow, double halfNow) = (measure(ScalarType.Float32), measure(ScalarType.BFloat16));
            if (round > 0) (single, half) = (Math.Min(single, singleNow), Math.Min(half, halfNow));
        }

        ScalarType faster = single > LeastGain * half ? ScalarType.BFloat16 : ScalarType.Float32;
        known.Add(key, faster.ToString());
        return faster;
    }

    /// <summary>Seconds of a forward and backward pass of a few random images; nothing of the network changes.</summary>
    /// <param name="network">The network, on the processor.</param>
    /// <param name="trainable">What is trained of it, in a number format.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    /// <param name="outputsAreKept">Whether steps begin with kept outputs of the frozen layers.</param>
    public static double Seconds(
        ImageModel network, TrainableModel trainable, int imageSize, bool outputsAreKept = false) => RandomState.Kept(() =>
    {
        using var scope = NewDisposeScope();
        (Tensor Value, Tensor Copy)[] buffers = [.. network.buffers().Select(buffer => (buffer, buffer.clone()))];
        Tensor images = rand(ImageBatch, imageSize, imageSize, 3).permute(0, 3, 1, 2);
        // Every layer that is ever trained.
        trainable.BeginEpoch(epoch: int.MaxValue);
        (Tensor inputs, int first) = trainable.InputsOf(images, outputsAreKept);
        // Frozen layers are prepared by the first runs.
        using (var untracked = no_grad())
        {
            for (int run = 0; run < 2; run++) trainable.Forward(inputs, first);
        }

        var clock = Stopwatch.StartNew();
        Tensor[] losses = [.. trainable.Forward(inputs, first).Select(logits => logits.logsumexp(1).mean())];
        trainable.CombineLosses(losses).backward();
        double seconds = clock.Elapsed.TotalSeconds;
        trainable.Finish();
        using var frozen = no_grad();
        foreach ((Tensor value, Tensor copy) in buffers) value.copy_(copy);
        return seconds;
    });
}
