using MLTransfer.Serving;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Serving;

/// <summary>Another file in place of the model that a pool serves.</summary>
public sealed class ModelReloadTests(ServedFolder served) : IClassFixture<ServedFolder>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly Heard _reloads = new();

    private string Model => _folder.PathOf("model.zip");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_changed_file_becomes_the_model_and_the_old_one_finishes_what_it_began()
    {
        using ImageClassifierPool pool = Watching();
        using var slow = new SlowImage();
        Task<ImagePrediction> old = pool.PredictAsync(slow);
        slow.WaitUntilOpened();
        Replace(served.Three);
        _clock.Tick();
        Assert.Equal(2, pool.Labels.Count);
        _clock.Tick();

        Assert.Equal(["blue", "green", "red"], pool.Labels);
        Assert.Equal(3, pool.Predict(served.Images[0]).Probabilities.Count);
        slow.Allow();
        Assert.Equal(2, (await old).Probabilities.Count);
        Assert.Equal([new ModelReload(Model, _clock.GetUtcNow(), null)], _reloads);
        Assert.Equal([TimeSpan.FromSeconds(5)], _clock.Periods);
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_left_until_it_stays_the_same()
    {
        using ImageClassifierPool pool = Watching();
        byte[] whole = File.ReadAllBytes(served.Three);
        for (int part = 1; part <= 4; part++)
        {
            File.WriteAllBytes(Model, whole[..(whole.Length * part / 4)]);
            _clock.Tick();
        }

        Assert.Equal(2, pool.Labels.Count);
        _clock.Tick();
        Assert.Equal(3, pool.Labels.Count);
        Assert.Null(pool.ReloadError);
        Assert.Single(_reloads);
    }

    [Fact]
    public void A_damaged_or_missing_file_is_reported_once_and_the_old_model_stays_until_a_good_one_comes()
    {
        using ImageClassifierPool pool = Watching();
        File.WriteAllText(Model, "no model");
        for (int i = 0; i < 4; i++) _clock.Tick();
        Assert.Equal(2, pool.Predict(served.Images[0]).Probabilities.Count);
        Assert.StartsWith($"The model file '{Model}' cannot be served: ", pool.ReloadError, StringComparison.Ordinal);
        Assert.Single(_reloads);

        File.Delete(Model);
        for (int i = 0; i < 4; i++) _clock.Tick();
        Assert.Equal($"There is no model file '{Model}'.", pool.ReloadError);
        Assert.Equal([pool.ReloadError], _reloads.Skip(1).Select(reload => reload.Error));

        Replace(served.Three);
        for (int i = 0; i < 4; i++) _clock.Tick();
        Assert.Null(pool.ReloadError);
        Assert.Equal(3, pool.Labels.Count);
        Assert.Equal(3, _reloads.Count);
    }

    [Fact]
    public void What_a_listener_throws_ends_no_reload_and_is_no_error_of_the_file()
    {
        File.Copy(served.Two, Model);
        var listener = new Listener();
        using var pool = new ImageClassifierPool(new() { Path = Model, WatchForChanges = true, Clock = _clock, Reloads = listener });
        Replace(served.Three);
        for (int i = 0; i < 2; i++) _clock.Tick();
        Assert.Equal((3, null), (pool.Labels.Count, pool.ReloadError));
        File.WriteAllText(Model, "no model");
        for (int i = 0; i < 2; i++) _clock.Tick();
        Assert.Contains("cannot be served", pool.ReloadError, StringComparison.Ordinal);
        Assert.Equal(2, listener.Reports);
    }

    [Fact]
    public void A_file_is_loaded_again_on_demand_and_a_bad_one_throws()
    {
        File.Copy(served.Two, Model);
        using var pool = new ImageClassifierPool(new() { Path = Model });
        Replace(served.Three);
        pool.Reload();
        Assert.Equal(3, pool.Labels.Count);

        File.WriteAllText(Model, "no model");
        string message = Assert.Throws<InvalidDataException>(pool.Reload).Message;
        Assert.Equal(3, pool.Predict(served.Images[0]).Probabilities.Count);
        Assert.Equal(message, pool.ReloadError);
    }

    [NeedsUnixFact]
    public void A_file_that_could_not_be_opened_for_a_while_and_is_the_same_as_before_is_no_error()
    {
        using ImageClassifierPool pool = Watching();
        // A folder in its place cannot be opened, whoever runs the test.
        File.Move(Model, _folder.PathOf("away.zip"));
        Directory.CreateDirectory(Model);
        _clock.Tick();
        Assert.NotNull(pool.ReloadError);

        Directory.Delete(Model);
        File.Move(_folder.PathOf("away.zip"), Model);
        _clock.Tick();
        Assert.Null(pool.ReloadError);
        Assert.Single(_reloads);
    }

    [NeedsUnixFact]
    public void A_symbolic_link_that_points_to_another_file_is_a_changed_file()
    {
        File.CreateSymbolicLink(Model, served.Two);
        using var pool = new ImageClassifierPool(new() { Path = Model, WatchForChanges = true, Clock = _clock });
        File.Delete(Model);
        File.CreateSymbolicLink(Model, served.Three);
        _clock.Tick();
        _clock.Tick();
        Assert.Equal(3, pool.Labels.Count);
    }

    [Fact]
    public async Task Requests_during_reloads_are_all_answered()
    {
        using ImageClassifierPool pool = Watching();
        bool done = false;
        Task<int>[] clients = [.. Enumerable.Range(0, 4).Select(client => Task.Run(() =>
        {
            int answers = 0;
            for (; !Volatile.Read(ref done) || answers == 0; answers++)
                Assert.InRange(pool.Predict(served.Images[client]).Probabilities.Count, 2, 3);
            return answers;
        }))];
        for (int i = 0; i < 6; i++)
        {
            Replace(i % 2 == 0 ? served.Three : served.Two);
            pool.Reload();
        }

        Volatile.Write(ref done, true);
        Assert.All(await Task.WhenAll(clients), answers => Assert.True(answers > 0));
    }

    private ImageClassifierPool Watching()
    {
        File.Copy(served.Two, Model);
        // Two at once, however many processors there are: one image is scored while another is held up.
        return new(new() { Path = Model, MaximumConcurrency = 2, WatchForChanges = true, Clock = _clock, Reloads = _reloads });
    }

    private void Replace(string model)
    {
        File.Copy(model, _folder.PathOf("new.zip"), overwrite: true);
        File.Move(_folder.PathOf("new.zip"), Model, overwrite: true);
    }

    private sealed class Listener : IProgress<ModelReload>
    {
        public int Reports { get; private set; }

        public void Report(ModelReload value)
        {
            Reports++;
            throw new InvalidOperationException("the listener failed");
        }
    }

    private sealed class Heard : List<ModelReload>, IProgress<ModelReload>
    {
        public void Report(ModelReload value) => Add(value);
    }
}
