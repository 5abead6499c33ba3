using Microsoft.ML;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Serving;

/// <summary>Two model files, trained on two and on three colors, and images of the colors; made once for the tests of a class.</summary>
public sealed class ServedFolder : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 6, classes: 3);
    private readonly TemporaryFolder _models = new();

    public ServedFolder()
    {
        Two = Train("two.zip", ["blue", "green"]);
        Three = Train("three.zip", ["blue", "green", "red"]);
        Images = [.. Directory.GetFiles(_images.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    public string Two { get; }

    public string Three { get; }

    public IReadOnlyList<string> Images { get; }

    /// <summary>A path in the folder of the models.</summary>
    public string PathOf(string name) => _models.PathOf(name);

    public void Dispose()
    {
        _images.Dispose();
        _models.Dispose();
    }

    private string Train(string name, string[] classes)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(classes.SelectMany(label => Directory.GetFiles(_images.PathOf(label))
            .Select(path => new ImageFile { ImagePath = path, Label = label })).ToList());
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(
                new FeatureExtractionOptions { Backbone = "embedded", Epochs = 2 }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        ml.Model.Save(model, data.Schema, _models.PathOf(name));
        return _models.PathOf(name);
    }
}

/// <summary>An image whose decoding waits until the test allows it.</summary>
internal sealed record SlowImage() : ImageSource, IDisposable
{
    private readonly ManualResetEventSlim _opened = new(), _allowed = new();

    public override string Name => "a slow image";

    public override byte[] ContentHash() => [];

    /// <summary>Waits until a thread decodes the image.</summary>
    public void WaitUntilOpened() => Assert.True(_opened.Wait(TimeSpan.FromMinutes(1)), "No thread opened the image.");

    public void Allow() => _allowed.Set();

    public void Dispose()
    {
        _opened.Dispose();
        _allowed.Dispose();
    }

    internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed = default)
    {
        _opened.Set();
        _allowed.Wait();
        return new DecodedPixels(new Image(1, 1, [200, 60, 60]));
    }
}

/// <summary>A clock that stands still, with timers that fire when the test says so.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(() => callback(state), period);
        _timers.Add(timer);
        return timer;
    }

    public IEnumerable<TimeSpan> Periods => _timers.Select(timer => timer.Period);

    public void Tick()
    {
        foreach (Timer timer in _timers.Where(timer => !timer.IsDisposed)) timer.Fire();
    }

    private sealed record Timer(Action Fire, TimeSpan Period) : ITimer
    {
        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
