using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using MLTransfer.Imaging;

namespace MLTransfer.PublicApi.Tests.MLNet;

/// <summary>Models in apps.</summary>
public sealed class ServingTests(SmallModel model) : IClassFixture<SmallModel>
{
    [Fact]
    public async Task A_pool_as_a_service()
    {
        var services = new ServiceCollection();
        string file = model.File, path = model.Red;

        services.AddMLTransferPool(file, watchForChanges: true);

        ServiceProvider provider = services.BuildServiceProvider();
        var pool = provider.GetRequiredService<ImageClassifierPool>();
        await using Stream stream = File.OpenRead(path);
        using var stopping = new CancellationTokenSource();
        CancellationToken cancellation = stopping.Token;

        ImagePrediction answer = await pool.PredictAsync(stream, cancellation);
        ImagePrediction same = pool.Predict(path);                   // or bytes, or an ImageSource

        Assert.Equal(("red", "red"), (answer.Label, same.Label));
        Assert.Same(pool, provider.GetRequiredService<ImageClassifierPool>());
        await provider.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => pool.Predict(path));
    }

    [Fact]
    public void Several_models_by_name()
    {
        var services = new ServiceCollection();
        string fast = model.File, exact = model.File;

        services.AddKeyedMLTransferPool("fast", fast);
        services.AddKeyedMLTransferPool("exact", new ImageClassifierPoolOptions { Path = exact, MaximumConcurrency = 2 });
        services.AddSingleton<Comparison>();

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.True(provider.GetRequiredService<Comparison>().Agree(model.Red));
        Assert.Null(provider.GetService<ImageClassifierPool>());
    }

    [Fact]
    public void Options_are_checked_when_the_service_is_added_and_the_file_when_it_is_resolved()
    {
        var services = new ServiceCollection();
        Assert.ThrowsAny<ArgumentException>(() => services.AddMLTransferPool(" "));
        Assert.ThrowsAny<ArgumentException>(() => services.AddKeyedMLTransferPool("a", new() { Path = "a.zip", MaximumPixels = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => services.AddKeyedMLTransferPool(" ", "a.zip"));
        Assert.Empty(services);

        services.AddMLTransferPool("nowhere.zip");
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Throws<FileNotFoundException>(provider.GetRequiredService<ImageClassifierPool>);
    }

    [Fact]
    public void A_context_as_a_service_and_engines_in_a_pool()
    {
        var services = new ServiceCollection();
        string file = model.File;

        services.AddSingleton(new MLContext().AddMLTransfer());
        services.AddSingleton<ObjectPool<PredictionEngine<ImageFile, ImageLabel>>>(app =>
        {
            var ml = app.GetRequiredService<MLContext>();
            return new DefaultObjectPool<PredictionEngine<ImageFile, ImageLabel>>(new EnginePolicy(ml, ml.Model.Load(file, out _)));
        });

        using ServiceProvider provider = services.BuildServiceProvider();
        var engines = provider.GetRequiredService<ObjectPool<PredictionEngine<ImageFile, ImageLabel>>>();
        string path = model.Red;

        PredictionEngine<ImageFile, ImageLabel> engine = engines.Get();
        ImageLabel answer = engine.Predict(new ImageFile { ImagePath = path });
        engines.Return(engine);

        Assert.Equal("red", answer.PredictedLabel);
        Parallel.For(0, 16, _ =>
        {
            PredictionEngine<ImageFile, ImageLabel> mine = engines.Get();
            Assert.Equal(answer.Score, mine.Predict(new ImageFile { ImagePath = path }).Score);
            engines.Return(mine);
        });
    }

    [Fact]
    public void Without_services()
    {
        string file = model.File, path = model.Red;

        using var pool = new ImageClassifierPool(new ImageClassifierPoolOptions { Path = file });
        try
        {
            Console.WriteLine(pool.Predict(path).Label);
        }
        catch (ImageException unusable)
        {
            Console.WriteLine(unusable.Reason);
        }

        Assert.Equal(["blue", "red"], pool.Labels);
    }
}

public sealed class Comparison(
    [FromKeyedServices("fast")] ImageClassifierPool fast, [FromKeyedServices("exact")] ImageClassifierPool exact)
{
    public bool Agree(string path) => fast.Predict(path).Label == exact.Predict(path).Label;
}

// The engines share the model, so none of them may dispose it.
internal sealed class EnginePolicy(MLContext ml, ITransformer model) : PooledObjectPolicy<PredictionEngine<ImageFile, ImageLabel>>
{
    public override PredictionEngine<ImageFile, ImageLabel> Create() =>
        ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(model, new PredictionEngineOptions { OwnsTransformer = false });

    public override bool Return(PredictionEngine<ImageFile, ImageLabel> engine) => true;
}
