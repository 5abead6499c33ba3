using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Serving;

/// <summary>Any number of PredictionEngines and threads use one network.</summary>
[Collection(nameof(RunAlone))]
public sealed class SharedNetworkTests(ServedFolder served) : IClassFixture<ServedFolder>
{
    private const int Threads = 8;

    private readonly MLContext _ml = new MLContext().AddMLTransfer();

    [Fact]
    public void Engines_of_one_model_add_no_tensors_and_predict_from_many_threads_what_one_thread_does()
    {
        ITransformer model = _ml.Model.Load(served.Three, out _);
        float[][] alone = Scores(Engine(model));
        long tensors = LiveTensors.Count();

        PredictionEngine<ImageFile, ImageLabel>[] engines = [.. Enumerable.Range(0, Threads).Select(_ => Engine(model))];
        var together = new float[Threads][][];
        InThreads(thread => together[thread] = Scores(engines[thread]));

        Assert.All(together, scores => Assert.Equal(alone, scores));
        Assert.Equal(tensors, LiveTensors.Count());
        foreach (PredictionEngine<ImageFile, ImageLabel> engine in engines) engine.Dispose();
        Assert.Equal(alone, Scores(Engine(model)));
        ((IDisposable)model).Dispose();
        Assert.True(LiveTensors.Count() < tensors);
        GC.KeepAlive(model);
    }

    [Fact]
    public void A_model_that_is_disposed_while_threads_predict_ends_their_next_prediction_with_a_clear_error()
    {
        ITransformer model = _ml.Model.Load(served.Three, out _);
        using var begun = new CountdownEvent(Threads);
        var errors = new ConcurrentBag<ObjectDisposedException>();
        var disposing = new Thread(() =>
        {
            begun.Wait();
            ((IDisposable)model).Dispose();
        });
        disposing.Start();
        InThreads(_ =>
        {
            using PredictionEngine<ImageFile, ImageLabel> engine = Engine(model);
            engine.Predict(new ImageFile { ImagePath = served.Images[0] });
            begun.Signal();
            errors.Add(Assert.Throws<ObjectDisposedException>((Action)(() =>
            {
                while (true) engine.Predict(new ImageFile { ImagePath = served.Images[0] });
            })));
        });
        disposing.Join();

        Assert.Equal(Threads, errors.Count);
        Assert.All(errors, error => Assert.Contains("The model was disposed.", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_prediction_that_was_begun_is_finished_before_the_network_is_freed()
    {
        ImageClassificationTransformer model = MLTransfer.Estimators.SavedModel.Open(served.Three);
        long loaded = LiveTensors.Count();
        using var slow = new SlowImage();
        Task<ImagePrediction> running = Task.Run(() => model.Predict(slow));
        slow.WaitUntilOpened();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Predict(ImageSource.FromPath(served.Images[0])));
        Assert.Equal(loaded, LiveTensors.Count());

        slow.Allow();
        Assert.Equal(1, (await running).Probabilities.Sum(), 1e-5f);
        Assert.True(LiveTensors.Count() < loaded);
        GC.KeepAlive(model);
    }

    [Fact]
    public void A_single_image_is_predicted_as_by_an_engine_and_in_a_batch()
    {
        using ImageClassificationTransformer model = MLTransfer.Estimators.SavedModel.Open(served.Three);
        float[][] engine = Scores(Engine(_ml.Model.Load(served.Three, out _)));
        ImagePrediction[] single = [.. served.Images.Select(path => model.Predict(ImageSource.FromPath(path)))];
        ImagePrediction[] bytes = [.. model.Predict(served.Images.Select(path => ImageSource.FromBytes(File.ReadAllBytes(path), path)))];

        Assert.Equal(engine, single.Select(prediction => prediction.Probabilities));
        Assert.Equal(served.Images, single.Select(prediction => prediction.Name));
        Assert.Equal(single.Select(prediction => prediction.Label), bytes.Select(prediction => prediction.Label));
        // One image in a batch of 18 is summed in another order, in bfloat16 where the processor has it.
        Assert.All(single.Zip(bytes), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 0.02f));
        Assert.Equal("it is empty (0 bytes)", Assert.Throws<ImageException>(() => model.Predict(ImageSource.FromBytes(default))).Reason);
    }

    private static void InThreads(Action<int> work)
    {
        var failures = new ConcurrentBag<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            try
            {
                work(index);
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Empty(failures);
    }

    private PredictionEngine<ImageFile, ImageLabel> Engine(ITransformer model) =>
        _ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(model, new PredictionEngineOptions { OwnsTransformer = false });

    private float[][] Scores(PredictionEngine<ImageFile, ImageLabel> engine) =>
        [.. served.Images.Select(path => engine.Predict(new ImageFile { ImagePath = path }).Score)];
}
