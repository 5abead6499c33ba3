using System.Text.Json.Nodes;
using MLTransfer.Tests.Features;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using MLTransfer.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private static readonly FineTuningOptions Recipe = new()
    {
        Epochs = 6, LearningRate = 0.05, Optimizer = OptimizerKind.Sgd, Schedule = ScheduleKind.OneCycle, WeightDecay = 1e-3,
        LabelSmoothing = 0.1,
    };

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.RMSProp)]
    [InlineData(OptimizerKind.NAdam)]
    [InlineData(OptimizerKind.RAdam)]
    [InlineData(OptimizerKind.Adagrad)]
    public void A_training_that_goes_on_ends_with_the_weights_of_one_that_was_never_stopped(OptimizerKind optimizer)
    {
        using var scope = NewDisposeScope();
        FineTuningOptions recipe = Recipe with { Optimizer = optimizer };
        (TrainingState whole, float[] expected) = Train(recipe, checkpoint: null);
        Train(recipe, Folder(), stopIn: 4);
        (TrainingState resumed, float[] actual) = Train(recipe, Folder());
        Assert.Equal(expected, actual);
        Assert.Equal(whole.Epochs.Select(epoch => epoch.Loss), resumed.Epochs.Select(epoch => epoch.Loss));
        Assert.Equal((whole.Best.Epoch, whole.Images), (resumed.Best.Epoch, resumed.Images));
        Assert.False(resumed.IsUnfinished);
    }

    // Everything whose state a checkpoint must hold at once: a running average, a plateau, accumulation, early stopping, layers that are
    // unfrozen. The training is stopped in every epoch, by turns before and after its first steps.
    [Theory]
    [InlineData(OptimizerKind.NAdam, 0.9, 0)]
    [InlineData(OptimizerKind.Sgd, 0, 4)]
    public void A_training_with_all_mechanisms_that_is_stopped_in_every_epoch_ends_with_the_same_bytes(
        OptimizerKind optimizer, double ema, int swaFrom)
    {
        using var scope = NewDisposeScope();
        FineTuningOptions recipe = Recipe with
        {
            Epochs = 12,
            Optimizer = optimizer,
            Schedule = LearningRateSchedule.Plateau(1, 0.5, EpochMetric.Accuracy),
            Warmup = LearningRateWarmup.Steps(4),
            EmaDecay = ema,
            SwaFrom = swaFrom,
            Accumulate = 2,
            ClipNorm = 0.5,
            ClipValue = 0.3,
            Patience = 4,
            LeastGain = 0.01,
            ChooseBy = EpochMetric.Loss,
            Loss = LossKind.BinaryCrossEntropy,
            FocalGamma = 1.5,
            DecayNorms = false,
        };
        static Tally Validate(int epoch) => new(100, Math.Min(40 + 5 * epoch, 60), Math.Max(100 - 10 * epoch, 45) + epoch / 10.0);
        (TrainingState whole, float[] expected) = Train(recipe, checkpoint: null, validate: Validate, unfreeze: true);
        Assert.Throws<OperationCanceledException>(
            () => Train(recipe, Folder(recipe.Epochs), stopIn: 1, validate: Validate, unfreeze: true));
        for (int epoch = 2; epoch <= whole.Epochs.Count; epoch++)
            Train(recipe, Folder(recipe.Epochs), stopIn: epoch, validate: Validate, unfreeze: true, stopAfter: epoch % 2 * 16);
        (TrainingState resumed, float[] actual) = Train(recipe, Folder(recipe.Epochs), validate: Validate, unfreeze: true);

        Assert.Equal(expected, actual);
        Assert.Equal(whole.Epochs.Select(WithoutTimes), resumed.Epochs.Select(WithoutTimes));
        Assert.Equal((whole.Best.Epoch, true), (resumed.Best.Epoch, resumed.HasStalled));
        Assert.InRange(resumed.Epochs.Count, 6, 11);
        Assert.Contains(resumed.Epochs, epoch => epoch.LearningRate < resumed.Epochs[2].LearningRate);
    }

    [Fact]
    public void A_training_that_stalled_goes_on_with_more_patience()
    {
        using var scope = NewDisposeScope();
        static Tally Validate(int epoch) => new(10, 5, 1);
        (TrainingState first, _) = Train(Recipe with { Patience = 2 }, Folder(), validate: Validate);
        (TrainingState more, _) = Train(Recipe with { Patience = 4 }, Folder(), validate: Validate);
        Assert.Equal((3, 5), (first.Epochs.Count, more.Epochs.Count));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void The_number_format_that_was_chosen_is_remembered(ScalarType format)
    {
        using var scope = NewDisposeScope();
        using (Checkpoint none = Folder()) Assert.Null(none.ResumedFormat);
        Checkpoint first = Folder();
        first.NumberFormat = format;
        Train(Recipe, first, stopIn: 3);
        using Checkpoint resumed = Folder();
        Assert.Equal(format, resumed.ResumedFormat);
    }

    [Fact]
    public void The_best_epoch_is_remembered_though_later_ones_were_worse()
    {
        using var scope = NewDisposeScope();
        static Tally Validate(int epoch) => new(10, epoch == 2 ? 9 : 5, 1);
        (TrainingState whole, float[] expected) = Train(Recipe, checkpoint: null, validate: Validate);
        Train(Recipe, Folder(), stopIn: 5, validate: Validate);
        (TrainingState resumed, float[] actual) = Train(Recipe, Folder(), validate: Validate);
        Assert.Equal((2, 2), (whole.Best.Epoch, resumed.Best.Epoch));
        Assert.Equal(expected, actual);
    }

    // The best three change in every epoch but the third; the averages are as good as the last epoch, which is as good as the best.
    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void The_weights_of_the_best_epochs_are_remembered_until_they_are_averaged(double ema)
    {
        using var scope = NewDisposeScope();
        FineTuningOptions recipe = Recipe with { SoupOf = 3, EmaDecay = ema };
        static Tally Validate(int epoch) => new(10, new[] { 5, 9, 4, 8, 7, 9 }[epoch - 1], 1);
        (TrainingState whole, float[] expected) = Train(recipe, checkpoint: null, validate: Validate);
        for (int epoch = 2; epoch <= 6; epoch++) Train(recipe, Folder(), stopIn: epoch, validate: Validate);
        (TrainingState resumed, float[] actual) = Train(recipe, Folder(), validate: Validate);
        (TrainingState again, float[] same) = Train(recipe, Folder(), validate: Validate);

        Assert.Equal([2, 6, 4], whole.Soup!.Epochs.Select(epoch => epoch.Epoch));
        Assert.All(new[] { resumed, again }, state => Assert.Equal([2, 6, 4], state.Soup!.Epochs.Select(epoch => epoch.Epoch)));
        Assert.Equal(expected, actual);
        Assert.Equal(expected, same);
        Assert.Equal(["kept-00002.safetensors", "kept-00004.safetensors", "kept-00006.safetensors"],
            Directory.GetFiles(_folder.PathOf("epoch-00006"), "kept-*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_checkpoint_that_lost_weights_to_average_is_an_error()
    {
        using var scope = NewDisposeScope();
        FineTuningOptions recipe = Recipe with { SoupOf = 3 };
        static Tally Validate(int epoch) => new(10, epoch, 1);
        Train(recipe, Folder(), validate: Validate);
        string state = _folder.PathOf("epoch-00006/state.json"), text = File.ReadAllText(state);
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        json["kept"] = new JsonArray(6, 6, 5);
        File.WriteAllText(state, json.ToJsonString());
        var error = Assert.Throws<InvalidDataException>(() => Train(recipe, Folder(), validate: Validate));
        Assert.Contains("it has the weights of 2 epochs instead of 3", error.Message, StringComparison.Ordinal);
        json["kept"] = new JsonArray(6, 5, 9);
        File.WriteAllText(state, json.ToJsonString());
        Assert.Contains("names no finished epoch", Assert.Throws<InvalidDataException>(
            () => Train(recipe, Folder(), validate: Validate)).Message, StringComparison.Ordinal);
        File.WriteAllText(state, text);
        File.WriteAllText(_folder.PathOf("epoch-00006/kept-00005.safetensors"), "nothing");
        Assert.Throws<WeightsException>(() => Train(recipe, Folder(), validate: Validate));
    }

    [Fact]
    public void A_finished_training_is_not_trained_again()
    {
        using var scope = NewDisposeScope();
        (_, float[] first) = Train(Recipe, Folder());
        (TrainingState again, float[] second) = Train(Recipe, Folder());
        Assert.Equal(6, again.Epochs.Count);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Only_the_latest_epoch_is_kept_what_a_killed_run_left_is_removed_and_what_is_not_ours_stays()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(_folder.PathOf("epoch-00003.partial"));
        Directory.CreateDirectory(_folder.PathOf("epoch-00009-copy"));
        using (Checkpoint empty = Folder()) Assert.False(empty.Exists);
        Train(Recipe, Folder());
        Assert.Equal(["epoch-00006", "epoch-00009-copy", "lock"],
            Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Another_training_is_refused_and_what_differs_is_said()
    {
        using var scope = NewDisposeScope();
        Train(Recipe, Folder());
        var other = new Checkpoint(_folder.Path, new Dictionary<string, string> { ["BatchSize"] = "9", ["Seed"] = "1" });
        var error = Assert.Throws<InvalidOperationException>(() => Train(Recipe, other));
        Assert.Contains("BatchSize was '8' and is '9' now", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Seed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MaxValue, 6)] // finished
    [InlineData(4, 3)] // stopped in its fourth epoch
    public void A_training_goes_on_with_more_epochs_than_it_was_to_have(int stopIn, int done)
    {
        using var scope = NewDisposeScope();
        (TrainingState first, float[] before) = Train(Recipe, Folder(), stopIn);
        (TrainingState more, float[] after) = Train(Recipe with { Epochs = 8 }, Folder(epochs: 8));
        (TrainingState again, float[] same) = Train(Recipe with { Epochs = 8 }, Folder(epochs: 8));

        Assert.Equal(first.Epochs, more.Epochs.Take(done));
        Assert.Equal((8, false), (more.Epochs.Count, more.IsUnfinished));
        Assert.NotEqual(before, after);
        Assert.Equal(after, same);
        Assert.Equal(8, again.Epochs.Count);
    }

    [Fact]
    public void A_checkpoint_with_the_names_of_earlier_versions_resumes()
    {
        using var scope = NewDisposeScope();
        Checkpoint Own() => new(_folder.Path, new Dictionary<string, string> { ["Images"] = "4 (ab)", ["Validation images"] = "none" });
        (_, float[] expected) = Train(Recipe, checkpoint: null);
        Train(Recipe, Own(), stopIn: 4);
        string path = _folder.PathOf(Path.Combine("epoch-00003", "state.json"));
        string text = File.ReadAllText(path);
        string former = text.Replace("\"images\":", "\"pictures\":", StringComparison.Ordinal)
            .Replace("\"Images\":", "\"Pictures\":", StringComparison.Ordinal)
            .Replace("\"Validation images\":", "\"Validation pictures\":", StringComparison.Ordinal);
        Assert.Equal(text.Length + 3 * 2, former.Length);
        File.WriteAllText(path, former);
        (TrainingState resumed, float[] actual) = Train(Recipe, Own());
        Assert.Equal(expected, actual);
        Assert.Equal(6, resumed.Epochs.Count);
    }

    [Fact]
    public void Fewer_epochs_than_are_done_are_refused()
    {
        using var scope = NewDisposeScope();
        Train(Recipe, Folder());
        var error = Assert.Throws<InvalidOperationException>(() => Train(Recipe with { Epochs = 4 }, Folder(epochs: 4)));
        Assert.Contains("has 6 finished epochs, and 4 were requested", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_most_epochs_that_may_be_requested_have_a_folder()
    {
        int most = TrainingOption.Of(typeof(FineTuningOptions)).Single(option => option.Name == nameof(TrainingOptions.Epochs)).Facts.Most;
        Directory.CreateDirectory(_folder.PathOf($"epoch-{most:d5}"));
        using Checkpoint checkpoint = Folder();
        Assert.True(checkpoint.Exists);
    }

    [Fact]
    public void Two_trainings_do_not_share_a_folder()
    {
        using (Checkpoint held = Folder())
        {
            var error = Assert.Throws<IOException>(() => Folder());
            Assert.Equal($"The checkpoint folder '{_folder.Path}' is in use by another training. Wait for its end, or name another folder.",
                error.Message);
        }

        Folder().Dispose();
    }

    [Theory]
    [InlineData("state.json", "{")]
    [InlineData("state.json", """{"training":{},"epochs":[],"best":1,"seconds":1,"images":1}""")]
    [InlineData("state.json", """{"training":{},"epochs":[null],"best":1,"seconds":1,"images":1}""")]
    [InlineData("weights.safetensors", "nothing")]
    [InlineData("best.safetensors", "")]
    [InlineData("optimizer.bin", "nothing")]
    public void A_damaged_checkpoint_is_an_error(string file, string content)
    {
        using var scope = NewDisposeScope();
        Train(Recipe, Folder());
        string damaged = _folder.PathOf($"epoch-00006/{file}");
        File.WriteAllText(damaged, content);
        Exception error = Assert.ThrowsAny<Exception>(() => Train(Recipe, Folder()));
        Assert.True(error is InvalidDataException or WeightsException, $"{error}");
        Assert.Contains(damaged, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9, 0)]
    [InlineData(0, 5)]
    public void A_checkpoint_that_lost_the_average_of_the_weights_is_an_error(double ema, int swaFrom)
    {
        using var scope = NewDisposeScope();
        FineTuningOptions averaged = Recipe with { EmaDecay = ema, SwaFrom = swaFrom };
        Train(averaged, Folder());
        string state = _folder.PathOf("epoch-00006/state.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(state))!.AsObject();
        Assert.True(json.Remove("averaged_states"));
        File.WriteAllText(state, json.ToJsonString());
        var error = Assert.Throws<InvalidDataException>(() => Train(averaged, Folder()));
        Assert.Contains("it has no average of the weights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_training_with_the_epochs_that_are_done()
    {
        using var scope = NewDisposeScope();
        // A file stands where the second epoch has to go.
        (TrainingState history, _) = Train(Recipe, Folder(), validate: epoch =>
        {
            if (epoch == 2) File.WriteAllText(_folder.PathOf("epoch-00002.partial"), "");
            return new(10, 5 + epoch, 1);
        });
        string message = Assert.IsType<CheckpointException>(history.Failure).Message;
        Assert.StartsWith("The checkpoint of epoch 2 could not be written: ", message, StringComparison.Ordinal);
        Assert.Equal((2, 2, 2), (history.Epochs.Count, history.Best.Epoch, history.FailedEpoch));
    }

    [Fact]
    public void A_checkpoint_whose_weights_are_not_finite_is_refused()
    {
        using var scope = NewDisposeScope();
        Train(Recipe, Folder());
        string path = _folder.PathOf("epoch-00006/best.safetensors");
        SafetensorsFile.Write(path, SafetensorsFile.Read(path).Tensors.Values
            .Select(tensor => tensor with { Bytes = NotANumber(tensor.Bytes.Length) }).ToList());
        var error = Assert.Throws<InvalidDataException>(() => Train(Recipe, Folder()));
        Assert.Contains("holds NaN or infinity", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static EpochResult WithoutTimes(EpochResult epoch) => epoch with { Seconds = 0, ImagesPerSecond = 0 };

    private static byte[] NotANumber(int bytes) =>
        [.. Enumerable.Repeat(BitConverter.GetBytes(float.NaN), bytes / sizeof(float)).SelectMany(each => each)];

    private Checkpoint Folder(int epochs = 6) =>
        new(_folder.Path, new Dictionary<string, string> { ["Epochs"] = $"{epochs}", ["BatchSize"] = "8", ["Seed"] = "1" });

    private static (TrainingState History, float[] Weights) Train(
        FineTuningOptions recipe, Checkpoint? checkpoint, int stopIn = int.MaxValue, Func<int, Tally>? validate = null,
        bool unfreeze = false, int stopAfter = 16)
    {
        using Checkpoint? held = checkpoint;
        manual_seed(1);
        // Dropout draws random numbers in training: they have to be the same ones after a stop.
        Linear last = nn.Linear(8, 2);
        Linear first = nn.Linear(4, 8);
        Sequential network = unfreeze
            ? nn.Sequential(
                ("first", first), ("norm", nn.BatchNorm1d(8)), ("relu", nn.ReLU()), ("dropout", nn.Dropout(0.3)), ("last", last))
            : nn.Sequential(("first", first), ("relu", nn.ReLU()), ("dropout", nn.Dropout(0.3)), ("last", last));
        using var stop = new CancellationTokenSource();
        var progress = new Listener(report =>
        {
            if (report.Epoch == stopIn && report.Done > stopAfter) stop.Cancel();
        });
        TrainingState history = new TrainingLoop(recipe, seed: 0, TimeProvider.System, progress, checkpoint: checkpoint).Run(
            new TrainableModel(network, last, epoch => unfreeze && epoch < 3 ? [first] : []), Data(),
            validate is null ? null : (epoch, _, _) => validate(epoch), stop.Token);
        return (history, network.state_dict().Values
            .SelectMany(value => value.to(ScalarType.Float32).detach().data<float>().ToArray()).ToArray());
    }

    private static FeatureData Data()
    {
        manual_seed(2);
        Tensor features = randn(40, 4);
        return new FeatureData(Rows.Of(features), features.select(1, 0).gt(0).to(ScalarType.Int64), batchSize: 8, seed: 3);
    }
}
