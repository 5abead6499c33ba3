using MLTransfer.Features;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Models.Packing;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// Keeps what the frozen layers of a fine-tuning give for its images: each image goes through them once for each of a few views, and not in
/// every epoch.
/// </summary>
internal sealed class CachedLayers : IDisposable
{
    /// <summary>
    /// The views where they are not asked for: with so many, accuracy is what it is with a new view in every epoch
    /// (<c>docs/cached-layers.md</c>).
    /// </summary>
    public const int DefaultViews = 4;

    // Larger ones are kept where that is asked for.
    private const long MostBytes = 4L << 30;

    private readonly FrozenPrefix _evaluated;
    private readonly long _bytesOfImage;
    private readonly List<ActivationStore> _stores = [];
    private long _bytes;

    private CachedLayers(TrainingRun run, ImageModel model, int groups) =>
        (_evaluated, _bytesOfImage) = (new FrozenPrefix(model, groups, run.InferenceType), BytesOfImage(run, model, groups));

    /// <summary>The outputs for training images; null where they are not kept.</summary>
    public KeptActivations? Training { get; private set; }

    /// <summary>The outputs for validation images; null where they are not kept.</summary>
    public KeptActivations? Validation { get; private set; }

    /// <summary>Why the outputs are not written any more.</summary>
    public IEnumerable<string> Lost => _stores.Select(store => store.LostBecause).OfType<string>();

    /// <summary>
    /// How many views of each training image the frozen layers see; 0: a new one in every epoch. It depends on nothing that may change
    /// between two runs of the same training, as the machine or the disk.
    /// </summary>
    public static int ViewsOf(TrainingRun run, ImageModel model)
    {
        var options = (FineTuningOptions)run.Options;
        if (options.CachedViews is { } asked) return asked;
        int groups = model.FirstTrained(options.Train);
        bool pays = groups > 0 && options is { Mixup: 0, CutMix: 0, AuxiliaryWeight: 0 } && options.Unfreeze == Unfreezing.None
            && options.Balance != ClassBalance.Sampling;
        return pays && BytesOfImage(run, model, groups) * run.Training.Count * DefaultViews <= MostBytes ? DefaultViews : 0;
    }

    /// <summary>Prepares what is kept; null where nothing is.</summary>
    /// <exception cref="IOException">The cache folder cannot be used, and the options do not take that.</exception>
    public static CachedLayers? Open(TrainingRun run, ImageModel model, TrainableModel trainable, int views)
    {
        var options = (FineTuningOptions)run.Options;
        int groups = trainable.FrozenGroups;
        if (views == 0 || groups == 0) return null;
        var layers = new CachedLayers(run, model, groups);
        try
        {
            // Views that are never seen again are kept only for another training, where that is asked for.
            if (options.Epochs > views || options.CachedViews is not null)
                layers.Training = new(trainable.Frozen, groups, views, Store(run.Training, views, trainable.Type));
            if (run.Validation is { } images && options.Epochs > 1)
                layers.Validation = new(layers._evaluated.Run, groups, views, Store(images, 1, run.InferenceType));
            return layers;
        }
        catch
        {
            layers.Dispose();
            throw;
        }

        ActivationStore Store(ImageSet images, int each, ScalarType type) => layers.OpenStore(run, model, images, each, groups, type);
    }

    /// <summary>Frees the packed layers, and closes the files, which deletes temporary ones.</summary>
    public void Dispose()
    {
        _evaluated.Dispose();
        _stores.ForEach(store => store.Dispose());
    }

    private ActivationStore OpenStore(TrainingRun run, ImageModel model, ImageSet images, int views, int groups, ScalarType type)
    {
        var options = (FineTuningOptions)run.Options;
        string? transforms = ReferenceEquals(images, run.Training) ? TrainingTransforms(run) : "as evaluation sees them";
        string description = FeatureSource.Describe(
            model, run.Backbone.Name, FeatureOutput.Bottleneck, run.Preprocessing, options.Decoding, type, run.Device)
            + $"; output of {groups} layer groups; {transforms}";
        byte[]?[] hashes = ContentHashes.Compute(images.Images, options.LoaderThreads, options.Until);
        ActivationStore store = Open(transforms is null ? null : options.CacheFolder);
        _stores.Add(store);
        _bytes += _bytesOfImage * views * images.Count;
        if (options.CacheFolder is { } cache) ActivationStore.MakeRoom(cache, _stores, _bytes);
        return store;

        ActivationStore Open(string? folder)
        {
            try
            {
                return folder is null
                    ? ActivationStore.OpenTemporary(Path.GetTempPath(), images.Images, hashes)
                    : ActivationStore.Open(folder, description, images.Images, hashes);
            }
            // The same views are seen again, kept or not: the cache does not change the result.
            catch (IOException refusal) when (folder is not null && options.CacheLost is not null)
            {
                options.CacheLost(refusal.Message);
                return Open(folder: null);
            }
        }
    }

    /// <summary>What decides the views of training images; null where nothing tells another training what a transform does.</summary>
    private static string? TrainingTransforms(TrainingRun run)
    {
        IReadOnlyList<ImageTransform> transforms = FineTuningTrainer.TrainingTransforms(run);
        return TransformJson.ComplainAboutUnregistered(transforms) is not null ? null
            : $"{TransformJson.Write(transforms)}, seed {run.Seed}, reduced {((FineTuningOptions)run.Options).ReducedScale}";
    }

    // In float32, whatever the machine computes in.
    private static long BytesOfImage(TrainingRun run, ImageModel model, int groups)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        model.eval();
        int side = run.Preprocessing.CropTo;
        return model.Maps(zeros(1, 3, side, side, device: run.Device), groups: groups).numel() * sizeof(float);
    }
}
