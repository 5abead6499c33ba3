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
            finished += done;
            stop.Cancel();
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
        Assert.Equal([(32, 0), (32, 1), (6, 1)], seen);
        Assert.Equal(2, Shards());
    }

    [Fact]
    public void Images_are_read_while_the_extraction_reports_and_no_further_than_a_few_batches_after_it_is_stopped()
    {
        const int Repeats = 10;
        Extract(_ => { });
        Counted[] images = [.. Enumerable.Repeat(Sources(), Repeats).SelectMany(source => source).Select(source => new Counted(source))];
        using var stop = new CancellationTokenSource();
        List<(int Images, bool AreCached)> reports = [];
        Assert.Throws<OperationCanceledException>(() => Extract(images, (done, areCached) =>
        {
            reports.Add((done, areCached));
            stop.Cancel();
        }, cancellation: stop.Token));
        Assert.Equal([(32, true)], reports);
        // The running batch, and those that threads fill meanwhile.
        Assert.InRange(images.Sum(image => image.Hashed), 32, 4 * 32);
    }

    [Fact]
    public void Images_of_the_cache_are_not_decoded_and_the_others_fill_whole_batches()
    {
        ImageSource[] all = Sources();
        Extract([.. all.Where((_, index) => index % 2 == 0)], (_, _) => { });
        Counted[] images = [.. all.Select(source => new Counted(source))];
        List<(int Images, bool AreCached)> reports = [];
        using FeatureSet mixed = Extract(images, (done, areCached) => reports.Add((done, areCached)));
        Assert.Equal([(16, true), (16, true), (32, false), (3, true), (3, false)], reports);
        Assert.All(images, (image, index) => Assert.Equal((1, index % 2), (image.Hashed, image.Decoded)));

        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        float[] uncached = Values(
            Extractor(frozen).Extract(all, Rows(FeatureRows.MostInMemory), cache: null, (_, _) => { }, _ => { }, default));
        // Sums of a batch of another size may be rounded differently.
        Assert.Equal(uncached.Length, Values(mixed).Length);
        Assert.All(Values(mixed).Zip(uncached), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void An_image_that_is_in_the_list_twice_is_computed_twice_however_fast_the_threads_are()
    {
        Counted[] images = [.. Sources().Concat(Sources()).Concat(Sources()).Select(source => new Counted(source))];
        Extract(images, (_, _) => { }, imagesPerFlush: 1);
        Assert.All(images, image => Assert.Equal((1, 1), (image.Hashed, image.Decoded)));
        using FeatureCache cache = OpenCache();
        Assert.Equal(Count, cache.Count);
    }

    [Fact]
    public void A_file_that_is_replaced_is_in_the_cache_as_what_was_decoded()
    {
        byte[] before = ImageSource.FromPath(_paths[0]).ContentHash();
        ImageSource[] images = [.. Sources().Skip(1).Prepend(new Replaced(_paths[0], _paths[^1]))];
        using FeatureSet features = Extract(images, (_, _) => { });
        using FeatureCache cache = OpenCache();
        float[] cached = new float[_model.FeatureWidth];
        Assert.Equal(Count, cache.Count);
        Assert.True(cache.TryGet(before, cached));
        Assert.Equal(Values(features)[.._model.FeatureWidth], cached);
    }

    [Theory]
    [InlineData(FeatureRows.MostInMemory)]
    [InlineData(0)]
    public void Features_from_the_cache_are_those_that_were_computed(long inMemory)
    {
        float[] computed = Values(Extract(_ => { }, inMemory: inMemory)), cached = Values(Extract(_ => { }, inMemory: inMemory)), uncached;
        using (var frozen = new FrozenModel(_model, ScalarType.Float32))
            uncached = Values(Extractor(frozen).Extract(Sources(), Rows(inMemory), cache: null, (_, _) => { }, _ => { }, default));
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

    [Fact]
    public void Images_that_cannot_be_read_are_reported_once_where_others_are_in_the_cache()
    {
        Extract([.. Sources().Where((_, index) => index % 2 == 0)], (_, _) => { });
        int[] damaged = [1, Count - 1];
        foreach (int index in damaged) File.WriteAllText(_paths[index], "no image");
        // Some of the others are in the cache, then all.
        for (int run = 0; run < 2; run++)
        {
            int images = 0;
            List<SkippedImage> skipped = [];
            using FeatureSet features = Extract(done => images += done, skip: skipped.Add);
            Assert.Equal(damaged, skipped.Select(image => image.Index));
            Assert.Equal(skipped, features.Skipped);
            Assert.Equal(Count, images);
            Assert.Equal(Enumerable.Range(0, Count).Except(damaged), features.Kept);
            Assert.Equal(double.NaN, features.LoaderWaitFraction);
        }
    }

    private FeatureSet Extract(
        Action<int> done, int imagesPerFlush = 4096, long inMemory = FeatureRows.MostInMemory, Action<SkippedImage>? skip = null,
        CancellationToken cancellation = default)
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        using FeatureCache cache = OpenCache();
        return Extractor(frozen, imagesPerFlush).Extract(
            Sources(), Rows(inMemory), cache, (images, _) => done(images), skip ?? (skipped => Assert.Fail(skipped.Reason)), cancellation);
    }

    private FeatureSet Extract(
        IReadOnlyList<ImageSource> images, ExtractionProgress done, int imagesPerFlush = 4096, CancellationToken cancellation = default)
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        using FeatureCache cache = OpenCache();
        return Extractor(frozen, imagesPerFlush).Extract(
            images, new FeatureRows(images.Count, _model.FeatureWidth, CPU), cache, done, skipped => Assert.Fail(skipped.Reason),
            cancellation);
    }

    private FeatureExtractor Extractor(FrozenModel frozen, int imagesPerFlush = 4096) =>
        new(frozen, _model.FeatureWidth, Preprocessing.Cifar, CPU, threads: 1, imagesPerFlush: imagesPerFlush);

    private FeatureRows Rows(long inMemory) => new(Count, _model.FeatureWidth, CPU, inMemory: inMemory);

    private ImageSource[] Sources() => [.. _paths.Select(ImageSource.FromPath)];

    private FeatureCache OpenCache() => FeatureCache.Open(_caches.Path, "extractor", _model.FeatureWidth, default);

    private int Shards() => Directory.GetFiles(_caches.Path, "*.features", SearchOption.AllDirectories).Length;

    private static float[] Values(FeatureSet features) => features.Rows.Read(0, features.Kept.Count).data<float>().ToArray();

    /// <summary>Counts how often an image is hashed and decoded.</summary>
    private sealed record Counted(ImageSource Image) : ImageSource
    {
        private int _hashed, _decoded;

        public override string Name => Image.Name;

        internal int Hashed => Volatile.Read(ref _hashed);

        internal int Decoded => Volatile.Read(ref _decoded);

        public override byte[] ContentHash()
        {
            Interlocked.Increment(ref _hashed);
            return Image.ContentHash();
        }

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default)
        {
            Interlocked.Increment(ref _decoded);
            return Image.Open(options, needed);
        }
    }

    /// <summary>A file that is replaced after it was hashed.</summary>
    private sealed record Replaced(string Path, string By) : ImageSource
    {
        public override string Name => Path;

        public override byte[] ContentHash() => throw new NotSupportedException();

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default) => throw new NotSupportedException();

        internal override DecodedPixels? OpenUnless(Predicate<byte[]>? isKnown, DecodingOptions options, NeededPixels needed) =>
            FromPath(Path).OpenUnless(
                hash =>
                {
                    bool known = isKnown!(hash);
                    File.Copy(By, Path, overwrite: true);
                    return known;
                },
                options, needed);
    }
}
