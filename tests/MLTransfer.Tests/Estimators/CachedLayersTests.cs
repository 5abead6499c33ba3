using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Reference;
using MLTransfer.Tests.Training;

namespace MLTransfer.Tests.Estimators;

/// <summary>Fine-tunings from the third layer on, whose validation images are a quarter of sixteen.</summary>
public sealed class CachedLayersTests : IDisposable
{
    private readonly ColouredImages _images = new();
    private readonly TemporaryFolder _folder = new();

    private FineTuningOptions Options => TrainedModel.Options with
    {
        Train = Layers.From("layer3"),
        Epochs = 4,
        ValidationFraction = 0.25,
        CacheFolder = _folder.Path,
        HeadWarmup = false,
    };

    private string[] Files => Directory.GetFiles(_folder.Path, "*.activations", SearchOption.AllDirectories);

    [Fact]
    public void As_many_views_as_epochs_train_as_new_views_do()
    {
        float[][] fresh = Scores(Options with { CachedViews = 0 });
        Assert.Empty(Files);
        Assert.Equal(fresh, Scores(Options with { CachedViews = 4 }));
        // A view in each epoch, and that of the validation images.
        Assert.Equal(5, Files.Length);
    }

    [Fact]
    public void Fewer_views_are_seen_in_turns()
    {
        FineTuningOptions two = Options with { CachedViews = 2 };
        using ImageClassificationTransformer model = Train(two with { LearningRate = 1e-12, BatchSize = 16 });
        double[] losses = [.. model.Training!.Epochs.Select(epoch => epoch.Loss)];
        Assert.Equal(losses[0], losses[2], 1e-6);
        Assert.Equal(losses[1], losses[3], 1e-6);
        Assert.NotEqual(losses[0], losses[1], 1e-6);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_from_an_empty_cache_a_full_one_and_without_one()
    {
        FineTuningOptions two = Options with { CachedViews = 2 };
        float[][] filling = Scores(two), full = Scores(two), without = Scores(two with { CacheFolder = null });
        Assert.Equal(filling, full);
        Assert.Equal(filling, without);
    }

    [Fact]
    public void Later_epochs_do_not_read_the_images_again()
    {
        var progress = new Listener(report =>
        {
            if (report is not { Phase: TrainingPhase.Validation, Epoch: 1, Done: 4 }) return;
            foreach (string image in Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories)) File.Delete(image);
        });
        using ImageClassificationTransformer model = Train(Options with { CachedViews = 1, Calibrate = false, Progress = progress });
        Assert.Equal(4, model.Training!.Epochs.Count);
        Assert.Empty(model.Training.Skipped);
    }

    [Fact]
    public void Damaged_outputs_are_computed_again()
    {
        FineTuningOptions two = Options with { CachedViews = 2 };
        float[][] expected = Scores(two);
        foreach (string file in Files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^3] ^= 0x41;
            File.WriteAllBytes(file, bytes);
        }

        Assert.Equal(expected, Scores(two));
    }

    [Fact]
    public void A_resumed_training_ends_with_the_same_weights()
    {
        FineTuningOptions two = Options with { CachedViews = 2 };
        float[][] expected = Scores(two);
        using var stop = new CancellationTokenSource();
        var progress = new Listener(report =>
        {
            if (report is { Phase: TrainingPhase.Training, Epoch: 3, Done: 8 }) stop.Cancel();
        });
        FineTuningOptions kept = two with { CheckpointFolder = _folder.PathOf("checkpoint"), CacheFolder = null };
        using ImageClassificationTransformer stopped = Train(kept with { Progress = progress, Cancellation = stop.Token });
        Assert.Equal(2, stopped.Training!.Epochs.Count);
        Assert.Equal(expected, Scores(kept));
        Assert.Contains("CachedViews", Assert.Throws<InvalidOperationException>(
            () => Train(kept with { CachedViews = 3 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_image_is_left_out_once_and_the_others_are_kept()
    {
        File.WriteAllText(_images.PathOf("blue/03.png"), "no image");
        FineTuningOptions one = Options with { CachedViews = 1, ValidationFraction = 0 };
        using ImageClassificationTransformer model = Train(one);
        Assert.Equal(15, model.Training!.TrainingImages);
        Assert.Single(model.Training.Skipped);
        Assert.Equal(Scores(one with { CachedViews = 0, Epochs = 1 }), Scores(one with { Epochs = 1 }));
    }

    [Fact]
    public void Images_that_are_sampled_by_class_have_new_views()
    {
        FineTuningOptions sampled = Options with { Balance = ClassBalance.Sampling, Epochs = 5, LearningRate = 1e-12 };
        Train(sampled).Dispose();
        Assert.Empty(Files);
        Assert.Contains("does not go with", Assert.ThrowsAny<ArgumentException>(
            () => Train(sampled with { CachedViews = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transforms_without_a_name_are_kept_for_the_training_alone()
    {
        FineTuningOptions named = Options with { CachedViews = 1, TrainingTransforms = [new Unnamed(), new CenterCrop(32, 32)] };
        Assert.Equal(Scores(named), Scores(named with { CacheFolder = null }));
        // Those of the validation images.
        Assert.Single(Files);
    }

    [Fact]
    public void A_cache_that_cannot_be_opened_is_an_error_or_told_where_that_is_asked_for()
    {
        File.WriteAllText(_folder.PathOf("file"), "");
        FineTuningOptions blocked = Options with { CachedViews = 2, CacheFolder = _folder.PathOf("file") };
        Assert.ThrowsAny<IOException>(() => Train(blocked));
        List<string> told = [];
        Assert.Equal(
            Scores(Options with { CachedViews = 2 }), Scores(blocked with { CacheLost = told.Add }));
        // Of the training images and of those for validation.
        Assert.Equal(2, told.Count);
    }

    [Theory]
    [InlineData("layer3", 4, false, 0)]
    [InlineData("layer3", 5, false, 4)]
    [InlineData("layer3", 5, true, 0)]
    [InlineData("linear", 5, false, 4)]
    [InlineData("conv1", 5, false, 0)]
    public void By_itself_it_keeps_four_views_where_epochs_see_them_again(string from, int epochs, bool mixed, int views)
    {
        FineTuningOptions options = Options with
        {
            Train = Layers.From(from),
            Epochs = epochs,
            ValidationFraction = 0,
            CutMix = mixed ? 1 : 0,
            LearningRate = 1e-12,
        };
        Train(options).Dispose();
        Assert.Equal(views, Files.Length);
    }

    [Theory]
    [InlineData("all", 0, "none", "all layers are trained")]
    [InlineData("layer3", 1, "none", "does not go with")]
    [InlineData("layer3", 0, "every:2", "does not go with")]
    public void Views_that_cannot_be_kept_are_refused(string from, double mixup, string unfreeze, string why)
    {
        FineTuningOptions options = Options with
        {
            Train = from == "all" ? Layers.All : Layers.From(from),
            Mixup = mixup,
            Unfreeze = Unfreezing.Parse(unfreeze),
            CachedViews = 2,
        };
        Assert.Contains(why, Assert.ThrowsAny<ArgumentException>(() => Train(options)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private ImageClassificationTransformer Train(FineTuningOptions options) => Trainings.Train(options, _images.Path);

    private float[][] Scores(FineTuningOptions options)
    {
        using ImageClassificationTransformer model = Train(options);
        return Trainings.Scores(model, _images.Path);
    }

    private sealed record Unnamed : ImageTransform
    {
        protected internal override Image Transform(Image image, ref ImageRandom random) => image;
    }
}
