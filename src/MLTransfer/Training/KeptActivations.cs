using MLTransfer.Features;
using MLTransfer.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// What the frozen first layers of a network give for images: computed once for each of a few views, and read from a store in later epochs.
/// The first epochs see what they would see without the store, the following ones the same again.
/// </summary>
/// <param name="frozen">Images (N, 3, S, S) to the output of the frozen layers.</param>
/// <param name="groups">How many layer groups are frozen.</param>
/// <param name="views">How many views of each image there are; one an epoch, in turns.</param>
/// <param name="store">Keeps the outputs.</param>
internal sealed class KeptActivations(Func<Tensor, Tensor> frozen, int groups, int views, ActivationStore store)
{
    // The disk is read while the network is trained.
    private const int BatchesAhead = 2;

    private readonly HashSet<int> _unreadable = [];

    /// <summary>How many layer groups are frozen.</summary>
    public int Groups => groups;

    /// <summary>The view that an epoch sees, from 1.</summary>
    public int ViewOf(int epoch) => (epoch - 1) % views + 1;

    /// <summary>Does not wait for an image that cannot be read.</summary>
    public void LeaveOut(int image) => _unreadable.Add(image);

    /// <summary>The batches of a view: outputs of the frozen layers. The caller disposes them.</summary>
    /// <param name="view">The view; 0 for that of evaluation.</param>
    /// <param name="images">The images of each batch.</param>
    /// <param name="decode">Makes batches of images of the view.</param>
    /// <param name="label">Makes a batch of outputs of some images, which accounts for a number of images.</param>
    public IEnumerable<LabelledBatch> Batches(
        int view, int[][] images, Func<int[], IEnumerable<LabelledBatch>> decode,
        Func<Tensor, IReadOnlyList<int>, long, LabelledBatch> label)
    {
        int[] all = [.. images.SelectMany(batch => batch)];
        return 2 * all.Count(image => store.Has(view, image)) < all.Length
            ? decode(all).Select(batch => Computed(view, batch))
            : Stored(view, images, decode, label);
    }

    private IEnumerable<LabelledBatch> Stored(
        int view, int[][] images, Func<int[], IEnumerable<LabelledBatch>> decode,
        Func<Tensor, IReadOnlyList<int>, long, LabelledBatch> label)
    {
        foreach (StoredBatch next in ReadAhead.Of(images.Select(batch => Read(view, batch)), BatchesAhead))
        {
            using StoredBatch batch = next;
            if (batch.Images.Length == 0) continue;
            if (batch.IsComplete)
            {
                yield return LabelledBatch.Create(() => label(batch.Outputs!.alias(), batch.Images, batch.Asked.Length));
                continue;
            }

            foreach (LabelledBatch decoded in decode(batch.Asked)) yield return Computed(view, decoded);
        }
    }

    private StoredBatch Read(int view, int[] images)
    {
        int[] readable = [.. images.Where(image => !_unreadable.Contains(image))];
        return store.Allocate(view, readable.Length) is { } outputs
            ? new(images, readable, outputs, Task.Run(() => store.TryRead(view, readable, outputs)))
            : new(images, readable, null, Task.FromResult(false));
    }

    private LabelledBatch Computed(int view, LabelledBatch batch)
    {
        using Tensor images = batch.Inputs;
        Tensor outputs = frozen(images).DetachFromDisposeScope();
        store.Write(view, batch.Indices, outputs);
        return batch with { Inputs = outputs, First = groups };
    }

    /// <summary>A batch that is being read.</summary>
    /// <param name="Asked">The images of the batch.</param>
    /// <param name="Images">Those that can be read.</param>
    /// <param name="Outputs">Receives the outputs of these; null where none are kept.</param>
    /// <param name="Reading">Whether they were all there.</param>
    private sealed record StoredBatch(int[] Asked, int[] Images, Tensor? Outputs, Task<bool> Reading) : IDisposable
    {
        public bool IsComplete => Reading.GetAwaiter().GetResult();

        public void Dispose()
        {
            ReadAhead.Settle(Reading);
            Outputs?.Dispose();
        }
    }
}
