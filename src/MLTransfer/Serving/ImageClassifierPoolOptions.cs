using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Serving;

namespace MLTransfer;

/// <summary>Options of an <see cref="ImageClassifierPool"/>.</summary>
public sealed record ImageClassifierPoolOptions
{
    /// <summary>The model file, written by <c>ml.Model.Save</c> or <c>mlt train</c>.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The most images that are decoded and scored at the same time; further ones wait. Default: 0, as many as there are processors.
    /// </summary>
    public int MaximumConcurrency { get; init; }

    /// <summary>
    /// The most pixels, width × height, of an image; a larger one is refused before it is decoded. Default: 50,000,000, which a phone's
    /// photograph seldom exceeds. Decoding takes four bytes of memory per pixel.
    /// </summary>
    public long MaximumPixels { get; init; } = 50_000_000;

    /// <summary>
    /// The most bytes that are read of a stream; an image of more is refused. Default: 30,000,000, Kestrel's limit for a request.
    /// </summary>
    public long MaximumBytes { get; init; } = 30_000_000;

    /// <summary>
    /// Whether another file at <see cref="Path"/> becomes the model, without a break: predictions that are being made are finished with the
    /// old one. A file that cannot be loaded is reported, and the old model stays. Default: false.
    /// </summary>
    public bool WatchForChanges { get; init; }

    /// <summary>
    /// How often the file's length and date are looked at. A changed file is loaded once it has stayed the same for this long, because it
    /// may be written in pieces. Default: 5 seconds.
    /// </summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Hears of every other file that became the model, or could not, on any thread; what it throws is ignored. Default: null.
    /// </summary>
    public IProgress<ModelReload>? Reloads { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal int Concurrency => MaximumConcurrency == 0 ? Environment.ProcessorCount : MaximumConcurrency;

    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal ImageClassifierPoolOptions Checked() => OptionException.Resolve(null, () => Check.All(
        this,
        string.IsNullOrWhiteSpace(Path) ? "Path is empty; it must be the path of a model file." : null,
        Check.Between(0, MaximumConcurrency, 1024),
        Check.Positive(MaximumPixels),
        Check.Between(1, MaximumBytes, ImageLimits.Default.EncodedBytes),
        Check.Between(0.1, WatchInterval.TotalSeconds, TimeSpan.FromDays(1).TotalSeconds),
        Clock is null ? "Clock is null; it must be a TimeProvider." : null));
}
