using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>Brings pictures through a frozen backbone, each once; what the cache holds is not computed again.</summary>
internal sealed class FeatureExtractor(
    FrozenModel model, int width, Preprocessing preprocessing, Device device, int threads, DecodingOptions? decoding = null)
{
    // Behind so many new pictures the cache is written, so that little is lost when the process is killed.
    private const int PicturesPerFlush = 4096;

    /// <summary>The features of all pictures, in their order.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cache">Where features are kept between runs; <see langword="null"/> for nowhere.</param>
    /// <param name="done">Hears of every picture that is finished: how many more.</param>
    /// <param name="skip">Hears of every picture that cannot be read; what it throws ends the extraction.</param>
    /// <param name="cancellation">Stops behind the running batch; what was computed stays in the cache.</param>
    /// <exception cref="OperationCanceledException">The token asked to stop.</exception>
    public FeatureSet Extract(
        IReadOnlyList<PictureSource> pictures, FeatureCache? cache, Action<int> done, Action<SkippedPicture> skip, CancellationToken cancellation)
    {
        var values = new float[pictures.Count][];
        byte[]?[] hashes = cache is null ? [] : ContentHashes.Of(pictures, threads, cancellation);
        int[] missing = cache is null ? [.. Enumerable.Range(0, pictures.Count)] : FromCache(cache, hashes, values);
        done(pictures.Count - missing.Length);
        var skipped = new List<SkippedPicture>();
        var loader = new BatchLoader(pictures, preprocessing.EvaluationTransforms(), FrozenModel.BatchSize, threads, decoding: decoding);
        try
        {
            int unwritten = 0;
            foreach (PictureBatch batch in loader.Load(missing, epoch: 0, cancellation))
            {
                skipped.AddRange(batch.Skipped);
                foreach (SkippedPicture picture in batch.Skipped) skip(picture);
                float[][] rows = batch.Count == 0 ? [] : Compute(batch);
                for (int i = 0; i < rows.Length; i++)
                {
                    int index = batch.Indices[i];
                    values[index] = rows[i];
                    if (cache is not null && hashes[index] is { } hash && ContentHashes.StillIs(hash, pictures[index])) cache.Add(hash, rows[i]);
                }

                if ((unwritten += batch.Count) >= PicturesPerFlush)
                {
                    cache?.TryFlush();
                    unwritten = 0;
                }

                done(batch.Count + batch.Skipped.Count);
            }
        }
        finally
        {
            cache?.TryFlush();
        }

        int[] kept = [.. Enumerable.Range(0, values.Length).Where(index => values[index] is not null)];
        return new FeatureSet(ToTensor(kept, values), kept, skipped, loader.ShareWaited);
    }

    private int[] FromCache(FeatureCache cache, byte[]?[] hashes, float[][] values)
    {
        var missing = new List<int>();
        for (int i = 0; i < hashes.Length; i++)
        {
            float[] features = new float[width];
            if (hashes[i] is { } hash && cache.TryGet(hash, features)) values[i] = features;
            else missing.Add(i);
        }

        return [.. missing];
    }

    private float[][] Compute(PictureBatch batch)
    {
        using var scope = NewDisposeScope();
        float[] flat = model.Features(PictureTensor.From(batch, preprocessing, device)).cpu().contiguous().data<float>().ToArray();
        return [.. flat.Chunk(width)];
    }

    private Tensor ToTensor(int[] kept, float[][] values)
    {
        float[] flat = new float[kept.Length * (long)width];
        for (int row = 0; row < kept.Length; row++) values[kept[row]].CopyTo(flat.AsSpan(row * width, width));
        return tensor(flat, [kept.Length, width], device: device);
    }
}
