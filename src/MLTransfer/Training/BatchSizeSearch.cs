using System.Diagnostics;
using System.Numerics;
using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Finds a batch size by trying training steps: it is doubled while there is memory and, from 16 on, while that trains at least a tenth
/// more images a second. Larger batches than necessary only mean fewer steps; smaller ones are noisy, and hard on batch norms.
/// </summary>
/// <param name="attempt">Tries a batch size; null where memory ran out.</param>
/// <param name="memory">How many bytes a step may take.</param>
internal sealed class BatchSizeSearch(Func<int, TriedBatch?> attempt, long memory)
{
    /// <summary>The least and the greatest size that is found.</summary>
    public const int Least = 4, Most = 256;

    // Smaller ones are taken only for lack of memory or images.
    private const int Enough = 16;

    // An epoch of fewer steps teaches little.
    private const int StepsPerEpoch = 8;

    // What gains less than this may be chance.
    private const double LeastGain = 1.1;

    /// <summary>
    /// The greatest size for so many training images: of an epoch of at least eight steps. Folds of about the same size have the same one.
    /// </summary>
    public static int Greatest(int images) => 1 << BitOperations.Log2((uint)Math.Clamp(images / StepsPerEpoch, Least, Most));

    /// <summary>The size, a power of two from <see cref="Least"/> to the greatest one.</summary>
    public int Run(int greatest)
    {
        (int size, double rate) = (Least, 0);
        for (int next = Least; next <= greatest; next *= 2)
        {
            if (attempt(next) is not { } tried || next > Enough && next / tried.Seconds < LeastGain * rate) break;
            (size, rate) = (next, next / tried.Seconds);
            // Where memory runs out on a processor, the system ends the process: it must be foreseen.
            if (2 * tried.Bytes > memory) break;
        }

        return size;
    }
}

/// <summary>A batch size that was tried.</summary>
/// <param name="Seconds">How long a training step takes.</param>
/// <param name="Bytes">How much memory of the process it takes; on another device 0.</param>
internal readonly record struct TriedBatch(double Seconds, long Bytes);

/// <summary>
/// Training steps on random images, with the optimizer's memory. <see cref="Dispose"/> leaves the network as it was.
/// </summary>
internal sealed class TrialSteps : IDisposable
{
    private const int Steps = 3;

    private readonly TrainingState _state;
    private readonly TrainingStep _step;
    private readonly long _imageSize;
    private readonly Device _device;
    private readonly bool _outputsAreKept;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly (Tensor Value, Tensor Copy)[] _before;
    private readonly long _memoryBefore;

    /// <param name="model">What is trained; not to be used afterwards.</param>
    /// <param name="options">How.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    /// <param name="device">The device of the network.</param>
    /// <param name="outputsAreKept">Whether steps begin with kept outputs of the frozen layers.</param>
    public TrialSteps(TrainableModel model, TrainingOptions options, long imageSize, Device device, bool outputsAreKept = false)
    {
        (_imageSize, _device, _outputsAreKept) = (imageSize, device, outputsAreKept);
        Allocator.ReturnFreedMemory();
        _memoryBefore = Environment.WorkingSet;
        _before = [.. model.Network.state_dict().Values.Select(value => (value, value.detach().clone()))];
        TrainingOptions everyBatch = options with { Accumulate = 1 };
        _state = new TrainingState(model, everyBatch);
        _step = new TrainingStep(_state, everyBatch);
        // Every layer that is ever trained.
        model.BeginEpoch(epoch: int.MaxValue);
    }

    /// <summary>
    /// Half of the memory that the processor's programs leave free, for data and the system need some, too; no limit for other devices,
    /// which tell when it runs out.
    /// </summary>
    public static long MemoryOf(DeviceType device)
    {
        if (device != DeviceType.CPU) return long.MaxValue;
        // The numbers are those of the last collection.
        GC.Collect();
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / 2;
    }

    /// <summary>Trains a few steps on batches of a size; null where memory runs out.</summary>
    public TriedBatch? Try(int size)
    {
        try
        {
            using var scope = NewDisposeScope();
            Tensor images = rand(size, _imageSize, _imageSize, 3, device: _device).permute(0, 3, 1, 2);
            (Tensor inputs, int first) = _state.Model.InputsOf(images, _outputsAreKept);
            using var batch = new LabelledBatch(inputs, zeros(size, dtype: ScalarType.Int64, device: _device), size) { First = first };
            long memory = MemoryOfForwardPass(batch);
            double seconds = double.PositiveInfinity;
            using var tally = new RunningTally();
            for (int step = 0; step < Steps; step++)
            {
                Finish();
                var clock = Stopwatch.StartNew();
                _step.Run(batch, rate: 0, tally);
                Finish();
                seconds = Math.Min(seconds, clock.Elapsed.TotalSeconds);
                memory = Math.Max(memory, Environment.WorkingSet);
            }

            return new(seconds, _device.type == DeviceType.CPU ? memory - _memoryBefore : 0);
        }
        catch (Exception failure) when (LackOfMemory.Is(failure))
        {
            return null;
        }
    }

    public void Dispose()
    {
        _state.Model.Finish();
        _state.Dispose();
        using (var still = no_grad())
        {
            foreach ((Tensor value, Tensor copy) in _before) value.copy_(copy);
        }

        _scope.Dispose();
        Allocator.ReturnFreedMemory();
    }

    // All activations are there after the forward pass. It also prepares what is prepared once for each size.
    private long MemoryOfForwardPass(LabelledBatch batch)
    {
        using var scope = NewDisposeScope();
        _state.Model.Forward(batch.Inputs, batch.First);
        return Environment.WorkingSet;
    }

    private void Finish()
    {
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
    }
}

/// <summary>Recognizes that memory ran out, for which torch has no exception of its own.</summary>
internal static class LackOfMemory
{
    private const string Explanation = "Memory ran out";

    // Of CUDA's allocator, of libtorch's for the processor on Linux and on Windows, and of cuBLAS and cuDNN.
    private static readonly string[] Signs = ["out of memory", "can't allocate memory", "not enough memory", "_ALLOC_FAILED"];

    public static bool Is(Exception failure) =>
        failure is OutOfMemoryException || Signs.Any(sign => failure.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));

    /// <summary>Does some work; where memory runs out in it, the exception says so.</summary>
    /// <param name="work">The work.</param>
    /// <param name="what">What was running, and in whole sentences what to do about it.</param>
    /// <exception cref="InvalidOperationException">Memory ran out.</exception>
    public static T Explain<T>(Func<T> work, string what)
    {
        try
        {
            return work();
        }
        // What runs inside may have explained it already.
        catch (Exception failure) when (Is(failure) && !failure.Message.StartsWith(Explanation, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"{Explanation} {what} The reason: {failure.Message.Split('\n')[0].TrimEnd('.')}.", failure);
        }
    }
}
