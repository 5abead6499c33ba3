using MLTransfer.Estimators;
using MLTransfer.Tests.Features;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

public sealed class FeatureViewTests : IDisposable
{
    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Every_epoch_has_one_view_of_each_image_and_all_views_have_their_turn()
    {
        // Features that tell the image, in units, and the view, in tens.
        Tensor features = tensor(new float[] { 0, 1, 2, 10, 11, 12 }).unsqueeze(1);
        var data = new FeatureData(Rows.Of(features, views: 2), tensor(new long[] { 0, 1, 2 }), batchSize: 2, seed: 1);
        HashSet<float> seen = [];
        for (int epoch = 1; epoch <= 20; epoch++)
        {
            float[] rows = [.. data.Epoch(epoch).SelectMany(batch => batch.Inputs.data<float>().ToArray())];
            long[] labels = [.. data.Epoch(epoch).SelectMany(batch => batch.Labels.data<long>().ToArray())];
            Assert.Equal(labels, rows.Select(row => (long)row % 10));
            Assert.Equal([0, 1, 2], labels.Order());
            seen.UnionWith(rows);
        }

        Assert.Equal(6, seen.Count);
        Assert.Equal((3, 2), (data.Count, data.Batches));
    }

    [Fact]
    public void The_same_seed_gives_the_same_head_with_the_cache_and_without()
    {
        FeatureExtractionOptions options = Trainings.Extraction with { Views = 3 };
        float[][] fresh = Scores(options), filling = Scores(options with { CacheFolder = _folder.Path }),
            cached = Scores(options with { CacheFolder = _folder.Path });
        Assert.Equal(fresh, filling);
        Assert.Equal(fresh, cached);
        Assert.Equal(3, Directory.GetDirectories(_folder.Path).Length);
    }

    [Fact]
    public void Views_change_what_the_head_learns() =>
        Assert.NotEqual(Scores(Trainings.Extraction), Scores(Trainings.Extraction with { Views = 2 }));

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private float[][] Scores(FeatureExtractionOptions options)
    {
        using ImageClassificationTransformer model = Trainings.Train(options, _images.Path);
        return Trainings.Scores(model, _images.Path);
    }
}
