using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

[Collection(nameof(RunAlone))]
public sealed class ScoringTests : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 4);

    [Fact]
    public async Task Two_threads_score_with_one_model()
    {
        using ImageClassificationTransformer model = Trained();
        float[][] alone = Trainings.Scores(model, _images.Path);
        float[][][] together = await Task.WhenAll(Enumerable.Range(0, 2).Select(
            _ => Task.Run(() => Enumerable.Range(0, 5).SelectMany(_ => Trainings.Scores(model, _images.Path)).ToArray())));
        Assert.All(together, scores => Assert.Equal(Enumerable.Repeat(alone, 5).SelectMany(each => each), scores));
    }

    [Fact]
    public void A_cursor_over_a_model_that_is_disposed_meanwhile_says_so()
    {
        ImageClassificationTransformer model = Trained();
        IDataView scored = model.Transform(Many(100));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        Assert.True(cursor.MoveNext());
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            while (cursor.MoveNext()) continue;
        });
    }

    [Fact]
    public void Native_memory_does_not_grow_with_the_rows_that_are_scored()
    {
        using ImageClassificationTransformer model = Trained();
        IDataView scored = model.Transform(Many(1600));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        var counts = new List<long>();
        LiveTensors.Count(); // finalizes what earlier tests left
        for (int row = 0; cursor.MoveNext(); row++)
        {
            if (row % 400 == 399) counts.Add(TorchSharp.torch.Tensor.TotalCount);
        }

        Assert.Equal(4, counts.Count);
        Assert.All(counts, count => Assert.Equal(counts[0], count));
    }

    public void Dispose() => _images.Dispose();

    private ImageClassificationTransformer Trained() => Trainings.Train(Trainings.Extraction with { Epochs = 1 }, _images.Path);

    private IDataView Many(int rows)
    {
        string[] files = Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories);
        return new MLContext().Data.LoadFromEnumerable(Enumerable.Range(0, rows)
            .Select(row => new ImageFile { ImagePath = files[row % files.Length], Label = "blue" }).ToList());
    }
}
