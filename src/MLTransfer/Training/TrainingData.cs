using MLTransfer.Data;
using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>The training data of a network.</summary>
internal interface ITrainingData
{
    /// <summary>How many images an epoch has.</summary>
    int Count { get; }

    /// <summary>How many batches an epoch has at most.</summary>
    int Batches { get; }

    /// <summary>
    /// The batches of an epoch, in an order that depends on the epoch, each created on demand. The caller disposes them.
    /// </summary>
    IEnumerable<LabelledBatch> Epoch(int epoch);
}

/// <summary>Inputs (N, …) and their classes (N, int64). Owns its tensors, which no dispose scope frees.</summary>
/// <param name="Inputs">Images or features.</param>
/// <param name="Labels">Classes.</param>
/// <param name="Images">How many images of the epoch the batch accounts for: N, and those that could not be read.</param>
internal sealed record LabelledBatch(Tensor Inputs, Tensor Labels, long Images) : IDisposable
{
    /// <summary>The targets: classes (N, int64), or the probability of each class (N, classes) where inputs are mixed.</summary>
    public Tensor Targets { get; init; } = Labels;

    /// <summary>The loss weight of each input (N, single); null where all are equal.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>The index of each input among the images.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];

    /// <summary>The index of the layer group that the inputs are for: 0 for images, others for what the groups before it give.</summary>
    public int First { get; init; }

    /// <summary>Creates a batch in a separate dispose scope, which frees intermediate tensors.</summary>
    public static LabelledBatch Create(Func<LabelledBatch> create)
    {
        using var scope = NewDisposeScope();
        LabelledBatch batch = create();
        foreach (Tensor? tensor in batch.Tensors) tensor?.DetachFromDisposeScope();
        return batch;
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in Tensors) tensor?.Dispose();
    }

    private IEnumerable<Tensor?> Tensors =>
        [Inputs, Labels, ReferenceEquals(Targets, Labels) ? null : Targets, Weights];
}

/// <summary>The order of images in an epoch: a function of seed and epoch alone.</summary>
internal static class Shuffle
{
    public static int[] Order(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        EpochRandom.Create(seed, epoch).Shuffle(order);
        return order;
    }
}

/// <summary>Images that are read, augmented and batched again in every epoch.</summary>
internal sealed class ImageData(
    BatchLoader loader, IReadOnlyList<int> labels, Preprocessing preprocessing, Device device, int batchSize, int seed,
    Action<SkippedImage> skipped,
    BatchMixing? mixing = null, Func<int, int[]>? order = null, IReadOnlyList<float>? weights = null) : ITrainingData
{
    /// <summary>Ends an epoch, even while it waits for a batch.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Where the outputs of frozen layers are kept, which are then the inputs; null where the images are.</summary>
    public KeptActivations? Activations { get; init; }

    /// <summary>The fraction of the time between batches that was spent waiting for the next one.</summary>
    public double WaitFraction => loader.WaitFraction;

    public int Count => labels.Count;

    public int Batches => (Count + batchSize - 1) / batchSize;

    public IEnumerable<LabelledBatch> Epoch(int epoch)
    {
        int[] images = order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch);
        return Activations is null ? Decoded(images, epoch, epoch) : Kept(images, Activations.ViewOf(epoch));
    }

    /// <summary>The batches in the order of the images, as evaluation sees them. The caller disposes them.</summary>
    public IEnumerable<LabelledBatch> InOrder()
    {
        int[] images = [.. Enumerable.Range(0, Count)];
        return Activations is null ? Decoded(images, view: 0, epoch: null) : Kept(images, view: 0);
    }

    private IEnumerable<LabelledBatch> Kept(int[] images, int view) => Activations!.Batches(
        view, [.. images.Chunk(batchSize)], missing => Decoded(missing, view, epoch: null),
        (activations, rows, read) => Labelled(DeviceCopy.To(activations, device), rows, read) with { First = Activations.Groups });

    /// <summary>Batches of images; those of an epoch are mixed where that is asked for.</summary>
    private IEnumerable<LabelledBatch> Decoded(int[] images, int view, int? epoch) => Read(images, view).Select(
        (batch, index) => LabelledBatch.Create(() =>
        {
            LabelledBatch labeled = Labelled(
                ImageTensor.From(batch, preprocessing, device), batch.Indices, batch.Count + batch.Skipped.Count);
            return mixing is null || epoch is null ? labeled : mixing.Mix(labeled, epoch.Value, index);
        }));

    private LabelledBatch Labelled(Tensor inputs, IReadOnlyList<int> indices, long images) => new(
        inputs, DeviceCopy.To(tensor(indices.Select(index => (long)labels[index]).ToArray()), device), images)
    {
        Weights = weights is null ? null : DeviceCopy.To(tensor(indices.Select(index => weights[index]).ToArray()), device),
        Indices = indices,
    };

    private IEnumerable<ImageBatch> Read(int[] order, int view)
    {
        using IEnumerator<ImageBatch> batches = loader.Load(order, view, Cancellation).GetEnumerator();
        while (MoveNext(batches))
        {
            foreach (SkippedImage image in batches.Current.Skipped)
            {
                skipped(image);
                Activations?.LeaveOut(image.Index);
            }

            if (batches.Current.Count > 0) yield return batches.Current;
        }
    }

    // Cancellation only ends the epoch: a stopped training keeps its best weights.
    private static bool MoveNext(IEnumerator<ImageBatch> batches)
    {
        try
        {
            return batches.MoveNext();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
