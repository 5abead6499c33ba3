using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using MLTransfer.Files;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Measures whether bfloat16 trains a network faster than float32 on this machine: on a Xeon with AMX, ResNet-18 trained 1.6 to 1.8
/// times as fast, and EfficientNet-B0 0.7 times.
/// </summary>
/// <param name="record">A text file that keeps what was measured, a line each, so that trainings can be repeated; null for none.</param>
/// <param name="measure">Seconds of a training step in a number format.</param>
internal sealed class TrainingPrecision(string? record, Func<ScalarType, double> measure)
{
    private const int Rounds = 2, ImageBatch = 8;

    private static readonly ScalarType[] Known = [ScalarType.Float32, ScalarType.BFloat16];

    // What differs by less than this may be chance.
    private const double LeastGain = 1.1;

    /// <summary>The file in a cache folder; null where there is none.</summary>
    public static string? RecordIn(string? cache) => cache is null ? null : Path.Combine(cache, "precision.txt");

    /// <summary>The faster of float32 and bfloat16, from the record or else measured.</summary>
    /// <param name="key">What decides the speed, but for the machine.</param>
    public ScalarType Faster(string key)
    {
        string line = $"{key}, {get_num_threads()} threads, {Processor()}: ";
        if (Recorded(line) is { } known) return known;
        // In turns, so that both meet the same load of the machine; the first round pays for the preparations.
        double single = double.PositiveInfinity, half = double.PositiveInfinity;
        for (int round = 0; round <= Rounds; round++)
        {
            (double singleNow, double halfNow) = (measure(ScalarType.Float32), measure(ScalarType.BFloat16));
            if (round > 0) (single, half) = (Math.Min(single, singleNow), Math.Min(half, halfNow));
        }

        ScalarType faster = single > LeastGain * half ? ScalarType.BFloat16 : ScalarType.Float32;
        Record(line + faster);
        return faster;
    }

    /// <summary>Seconds of a forward and backward pass of a few random images; nothing of the network changes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="trainable">What is trained of it, in a number format.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    /// <param name="device">The device of the network.</param>
    public static double Seconds(ImageModel network, TrainableModel trainable, int imageSize, Device device) => RandomState.Kept(() =>
    {
        using var scope = NewDisposeScope();
        (Tensor Value, Tensor Copy)[] buffers = [.. network.buffers().Select(buffer => (buffer, buffer.clone()))];
        Tensor images = rand(ImageBatch, imageSize, imageSize, 3, device: device).permute(0, 3, 1, 2);
        // Every layer that is ever trained.
        trainable.BeginEpoch(epoch: int.MaxValue);
        // Frozen layers are prepared by the first runs.
        using (var untracked = no_grad())
        {
            for (int run = 0; run < 2; run++) trainable.Forward(images);
        }

        var clock = Stopwatch.StartNew();
        Tensor[] losses = [.. trainable.Forward(images).Select(logits => logits.logsumexp(1).mean())];
        trainable.CombineLosses(losses).backward();
        double seconds = clock.Elapsed.TotalSeconds;
        trainable.Finish();
        using var frozen = no_grad();
        foreach ((Tensor value, Tensor copy) in buffers) value.copy_(copy);
        return seconds;
    });

    private ScalarType? Recorded(string start)
    {
        try
        {
            return File.Exists(record) && File.ReadLines(record).LastOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))
                is { } line ? Known.Cast<ScalarType?>().FirstOrDefault(type => line[start.Length..] == type.ToString()) : null;
        }
        // Without the record it is measured again.
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Record(string line)
    {
        try
        {
            if (record is null) return;
            Directory.CreateDirectory(Path.GetDirectoryName(record)!);
            File.AppendAllText(record, line + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    // Intel SDM, volume 2A, CPUID: the leaves 80000002H to 80000004H are the brand string, 16 characters each.
    private static string Processor()
    {
        if (!X86Base.IsSupported) return RuntimeInformation.ProcessArchitecture.ToString();
        const int First = unchecked((int)0x80000002), Leaves = 3;
        var name = new StringBuilder();
        for (int leaf = 0; leaf < Leaves; leaf++)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(First + leaf, 0);
            foreach (int register in (ReadOnlySpan<int>)[eax, ebx, ecx, edx])
                name.Append(Encoding.ASCII.GetString(BitConverter.GetBytes(register)));
        }

        return name.ToString().Trim('\0', ' ');
    }
}
