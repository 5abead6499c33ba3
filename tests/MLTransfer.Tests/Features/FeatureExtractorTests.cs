using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Features;

/// <summary>Features of 70 images: two batches of 32 and one of 6.</summary>
public sealed class FeatureExtractorTests : IDisposable
{
    private const int Count = 70;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ColouredImages _files = new(perClass: Count / 2);
    private readonly TemporaryFolder _caches = new();
    private readonly ImageModel _model = ModelZoo.Find("embedded").Build(classes: 2);
    private readonly string[] _paths;

    public FeatureExtractorTests() =>
        _paths = [.. Directory.EnumerateFiles(_files.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        _files.Dispose();
        _caches.Dispose();
    }

    [Fact]
    public void Canceling_keeps_the_batches_that_were_computed()
    {
        using var stop = new CancellationTokenSource();
        int finished = 0;
        Assert.Throws<OperationCanceledException>(() => Extract(cancellation: stop.Token, done: done =>
        {
            if ((finished += done) > 0) stop.Cancel();
        }));
        Assert.Equal(32, finished);
        using (FeatureCache cache = OpenCache()) Assert.Equal(32, cache.Count);

        List<int> reports = [];
        Assert.Equal(Count, Extract(reports.Add).Kept.Count);
        Assert.Equal([32, 32, 6], reports);
    }

    [Fact]
    public void The_cache_is_written_each_time_so_many_images_are_new_and_at_the_end()
    {
        List<(int Done, int Shards)> seen = [];
        Extract(done => seen.Add((done, Shards())), imagesPerFlush: 64);
        Assert.Equal([(0, 0), (32, 0), (32, 1), (6, 1)], seen);
        Assert.Equal(2, Shards());
    }

    [Fact]
    public void A_file_that_is_replaced_after_it_was_hashed_has_no_features_in_the_cache()
    {
        byte[] before = ImageSource.FromPath(_paths[0]).ContentHash();
        bool replaced = false;
        Extract(_ =>
        {
            // The first report comes between hashing and decoding.
            if (!replaced) File.Copy(_paths[^1], _paths[0], overwrite: true);
            replaced = true;
        });
        using FeatureCache cache = OpenCache();
        Assert.Equal(Count - 1, cache.Count);
        Assert.False(cache.TryGet(before, new float[_model.FeatureWidth]));
    }

    [Theory]
    [InlineData(FeatureRows.MostInMemory)]
    [InlineData(0)]
    public void Features_from_the_cache_are_those_that_were_computed(long inMemory)
    {
        float[] computed = Values(Extract(_ => { }, inMemory: inMemory)), cached = Values(Extract(_ => { }, inMemory: inMemory)), uncached;
        using (var frozen = new FrozenModel(_model, ScalarType.Float32))
            uncached = Values(Extractor(frozen).Extract(Sources(), Rows(inMemory), cache: null, _ => { }, _ => { }, default));
        Assert.Equal(Count * _model.FeatureWidth, computed.Length);
        Assert.Equal(computed, cached);
        Assert.Equal(computed, uncached);
    }

    [Theory]
    [InlineData(FeatureRows.MostInMemory)]
    [InlineData(0)]
    public void Images_that_cannot_be_read_have_no_row(long inMemory)
    {
        float[] all = Values(Extract(_ => { }, inMemory: inMemory));
        File.WriteAllText(_paths[1], "no image");
        List<SkippedImage> skipped = [];
        using FeatureSet features = Extract(_ => { }, inMemory: inMemory, skip: skipped.Add);
        Assert.Equal(1, Assert.Single(skipped).Index);
        Assert.Equal(skipped, features.Skipped);
        Assert.Equal(Enumerable.Range(0, Count).Except([1]), features.Kept);
        Assert.Equal([.. all[.._model.FeatureWidth], .. all[(2 * _model.FeatureWidth)..]], Values(features));
    }

    private FeatureSet Extract(
        Action<int> done, int imagesPerFlush = 4096, long inMemory = FeatureRows.MostInMemory, Action<SkippedImage>? skip = null,
        CancellationToken cancellation = default)
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        using FeatureCache cache = OpenCache();
        return Extractor(frozen, imagesPerFlush).Extract(
            Sources(), Rows(inMemory), cache, done, skip ?? (skipped => Assert.Fail(skipped.Reason)), cancellation);
    }

    private FeatureExtractor Extractor(FrozenModel frozen, int imagesPerFlush = 4096) =>
        new(frozen, _model.FeatureWidth, Preprocessing.Cifar, CPU, threads: 1, imagesPerFlush: imagesPerFlush);

    private FeatureRows Rows(long inMemory) => new(Count, _model.FeatureWidth, CPU, inMemory: inMemory);

    private ImageSource[] Sources() => [.. _paths.Select(ImageSource.FromPath)];

    private FeatureCache OpenCache() => FeatureCache.Open(_caches.Path, "extractor", _model.FeatureWidth);

    private int Shards() => Directory.GetFiles(_caches.Path, "*.features", SearchOption.AllDirectories).Length;

    private static float[] Values(FeatureSet features) => features.Rows.Read(0, features.Kept.Count).data<float>().ToArray();
}
