using Microsoft.ML;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Serving;

public sealed class ImageClassifierPoolTests(ServedFolder served) : IClassFixture<ServedFolder>
{
    [Fact]
    public async Task Requests_at_the_same_time_get_what_one_after_another_would()
    {
        using var pool = Pool();
        ImagePrediction[] alone = [.. served.Images.Select(pool.Predict)];
        ImagePrediction[] together = await Task.WhenAll(
            served.Images.Concat(served.Images).Select(path => pool.PredictAsync(new MemoryStream(File.ReadAllBytes(path)))));

        Assert.Equal(["blue", "green", "red"], pool.Labels);
        Assert.Equal(alone.Concat(alone).Select(each => each.Probabilities), together.Select(each => each.Probabilities));
        Assert.Equal(alone[0].Probabilities, pool.Predict(File.ReadAllBytes(served.Images[0])).Probabilities);
    }

    [Fact]
    public async Task No_more_images_are_scored_at_a_time_than_allowed_and_waiting_can_be_canceled()
    {
        using var pool = Pool(new() { Path = served.Two, MaximumConcurrency = 1 });
        using SlowImage first = new(), second = new(), third = new();
        using var patience = new CancellationTokenSource();
        Task<ImagePrediction> running = pool.PredictAsync(first);
        first.WaitUntilOpened();
        Task<ImagePrediction> canceled = pool.PredictAsync(second, patience.Token), waiting = pool.PredictAsync(third);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.False(waiting.IsCompleted);

        first.Allow();
        third.Allow();
        Assert.Equal((await running).Probabilities, (await waiting).Probabilities);
    }

    [Fact]
    public async Task A_pool_that_is_disposed_finishes_what_it_began_and_refuses_the_rest()
    {
        var pool = Pool(new() { Path = served.Two, MaximumConcurrency = 1 });
        using SlowImage first = new(), second = new();
        Task<ImagePrediction> running = pool.PredictAsync(first);
        first.WaitUntilOpened();
        Task<ImagePrediction> waiting = pool.PredictAsync(second);
        pool.Dispose();
        pool.Dispose();
        first.Allow();

        Assert.Equal(1, (await running).Probabilities.Sum(), 1e-5f);
        Assert.Contains(nameof(ImageClassifierPool), (await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => pool.Predict(served.Images[0]));
        Assert.Throws<ObjectDisposedException>(pool.Reload);
    }

    [Fact]
    public async Task An_image_that_cannot_be_used_says_why()
    {
        using var pool = Pool(new() { Path = served.Two, MaximumBytes = 100_000, MaximumPixels = 40 * 40 - 1 });
        string Reason(byte[] image) => Assert.Throws<ImageException>(() => pool.Predict(image)).Reason;
        Assert.Equal("it is empty (0 bytes)", Reason([]));
        Assert.StartsWith("it is not an image: it begins with", Reason("hello, world"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("40 x 40", Reason(File.ReadAllBytes(served.Images[0])), StringComparison.Ordinal);
        Assert.StartsWith("there is no such file", Assert.Throws<ImageException>(() => pool.Predict("nowhere.png")).Reason,
            StringComparison.Ordinal);

        Task<ImagePrediction> Stream(int length) => pool.PredictAsync(new MemoryStream(new byte[length]));
        Assert.Equal("it has more than 100,000 bytes, which is the limit",
            (await Assert.ThrowsAsync<ImageException>(() => Stream(100_001))).Reason);
        Assert.StartsWith("it is not an image", (await Assert.ThrowsAsync<ImageException>(() => Stream(100_000))).Reason,
            StringComparison.Ordinal);
        Assert.Equal("it is empty (0 bytes)", (await Assert.ThrowsAsync<ImageException>(() => Stream(0))).Reason);
    }

    [Fact]
    public void All_options_that_cannot_be_used_are_named_at_once()
    {
        var options = new ImageClassifierPoolOptions
        {
            Path = " ", MaximumConcurrency = -1, MaximumPixels = 0, MaximumBytes = 0, WatchInterval = TimeSpan.Zero,
        };
        string message = Assert.ThrowsAny<ArgumentException>(() => new ImageClassifierPool(options)).Message;
        Assert.All(
            ["Path", "MaximumConcurrency is -1", "MaximumPixels is 0", "MaximumBytes is 0", "WatchInterval.TotalSeconds is 0"],
            complaint => Assert.Contains(complaint, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_and_one_that_is_no_model_are_named_with_the_reason()
    {
        string missing = served.PathOf("missing.zip"), text = served.PathOf("text.zip"), damaged = served.PathOf("damaged.zip");
        File.WriteAllText(text, "hello");
        byte[] bytes = File.ReadAllBytes(served.Two);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(damaged, bytes);

        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => Pool(new() { Path = missing })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith($"The model file '{text}' cannot be served: ",
            Assert.Throws<InvalidDataException>(() => Pool(new() { Path = text })).Message, StringComparison.Ordinal);
        Assert.Contains("The file is damaged: copy it again",
            Assert.Throws<InvalidDataException>(() => Pool(new() { Path = damaged })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipeline_that_changes_images_before_the_classifier_is_refused_and_one_that_reads_whole_files_is_not()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(served.Images.Select(
            path => new ImageFile { ImagePath = path, Label = Path.GetFileName(Path.GetDirectoryName(path))! }).ToList());
        string Saved(string name, IEstimator<ITransformer> images)
        {
            var trainer = ml.MulticlassClassification.Trainers.FeatureExtraction(
                new FeatureExtractionOptions { Backbone = "embedded", Epochs = 1, ImageColumnName = "Image" });
            ITransformer model = ml.Transforms.Conversion.MapValueToKey("Label").Append(images).Append(trainer).Fit(data);
            ml.Model.Save(model, data.Schema, served.PathOf(name));
            return served.PathOf(name);
        }

        string whole = Saved("whole.zip", ml.Transforms.LoadRawImageBytes("Image", null, "ImagePath"));
        string gray = Saved("gray.zip", ml.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(ml.Transforms.ConvertToGrayscale("Image")));

        using (ImageClassifierPool pool = Pool(new() { Path = whole })) Assert.Equal(3, pool.Predict(served.Images[0]).Probabilities.Count);
        string message = Assert.Throws<InvalidDataException>(() => Pool(new() { Path = gray })).Message;
        Assert.Contains("Its images come from another transform of the pipeline (ImageGrayscalingTransformer)", message,
            StringComparison.Ordinal);
    }

    private ImageClassifierPool Pool(ImageClassifierPoolOptions? options = null) => new(options ?? new() { Path = served.Three });
}
