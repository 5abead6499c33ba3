using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Serving;

namespace MLTransfer;

/// <summary>
/// A model in an app: any number of threads classify images with one network in memory, a limited number of images at a time.
/// <c>services.AddMLTransferPool("model.zip")</c> makes it a service. A pool always has a model: its constructor loads the file, and a
/// file that replaces it is used only if it can be loaded.
/// </summary>
public sealed class ImageClassifierPool : IDisposable
{
    private const int FirstBuffer = 1 << 16;

    private readonly ImageClassifierPoolOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _loading = new();
    private readonly ITimer? _watch;
    private volatile ServedModel _model;
    private volatile bool _disposed;
    // What the last look found, and what was last loaded or refused; null: no file.
    private FileStamp? _seen;
    private FileStamp? _tried;

    /// <summary>Loads the model.</summary>
    /// <param name="options">The file and the limits.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says all that is wrong.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no image classifier that a pool can serve.</exception>
    public ImageClassifierPool(ImageClassifierPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Checked();
        _slots = new SemaphoreSlim(_options.Concurrency);
        _model = ServedModel.Load(_options);
        _seen = _tried = _model.Stamp;
        if (_options.WatchForChanges)
            _watch = _options.Clock.CreateTimer(_ => LookAtFile(), null, _options.WatchInterval, _options.WatchInterval);
    }

    /// <summary>The model file.</summary>
    public string Path => _options.Path;

    /// <summary>The classes, in the order of <see cref="ImagePrediction.Probabilities"/>.</summary>
    public IReadOnlyList<string> Labels => _model.Classifier.Labels;

    /// <summary>When the model was loaded.</summary>
    public DateTimeOffset LoadedAt => _model.LoadedAt;

    /// <summary>
    /// Why the file that is now at <see cref="Path"/> cannot be used, so that the old model goes on; <see langword="null"/> where it can.
    /// For health checks.
    /// </summary>
    public string? ReloadError { get; private set; }

    /// <summary>Classifies an image; waits while <see cref="ImageClassifierPoolOptions.MaximumConcurrency"/> others are.</summary>
    /// <param name="image">A file, encoded bytes or pixels.</param>
    /// <exception cref="ImageException">It cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public ImagePrediction Predict(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _slots.Wait();
        try
        {
            return Score(image);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc cref="Predict(ImageSource)"/>
    /// <param name="image">The content of an image file.</param>
    public ImagePrediction Predict(ReadOnlyMemory<byte> image) => Predict(ImageSource.FromBytes(image));

    /// <inheritdoc cref="Predict(ImageSource)"/>
    /// <param name="path">An image file, or an image in a file of many, such as <c>images.zip!/ants/1.jpg</c>.</param>
    public ImagePrediction Predict(string path) => Predict(ImageSource.FromPath(path));

    /// <inheritdoc cref="Predict(ImageSource)"/>
    /// <param name="image">A file, encoded bytes or pixels.</param>
    /// <param name="cancellation">Ends the waiting; an image that is being scored is finished.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public async Task<ImagePrediction> PredictAsync(ImageSource image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        await _slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Score(image), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Reads a stream to its end, for example the body of a request, and classifies the image.</summary>
    /// <param name="image">The content of an image file; it is left open, and kept in memory only.</param>
    /// <param name="cancellation">Ends the reading and the waiting.</param>
    /// <exception cref="ImageException">
    /// The image cannot be read, or has more than <see cref="ImageClassifierPoolOptions.MaximumBytes"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public async Task<ImagePrediction> PredictAsync(Stream image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ReadOnlyMemory<byte> bytes = await ReadAsync(image, cancellation).ConfigureAwait(false);
        return await PredictAsync(ImageSource.FromBytes(bytes), cancellation).ConfigureAwait(false);
    }

    /// <summary>Loads the file again, whether it changed or not. Predictions that are being made are finished with the old model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file; the old model stays.</exception>
    /// <exception cref="InvalidDataException">It cannot be used; the old model stays.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void Reload()
    {
        lock (_loading)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                Replace();
            }
            catch (Exception failure)
            {
                Refuse(failure.Message);
                throw;
            }
        }
    }

    /// <summary>Refuses further images. Predictions that are being made are finished; then the network's memory is freed.</summary>
    public void Dispose()
    {
        _watch?.Dispose();
        lock (_loading)
        {
            _disposed = true;
            _model.Classifier.Dispose();
        }
    }

    private ImagePrediction Score(ImageSource image)
    {
        for (; ; )
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ServedModel model = _model;
            try
            {
                return model.Classifier.Predict(image);
            }
            // Another thread replaced the model before it was used.
            catch (ObjectDisposedException) when (model != _model)
            {
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        int most = (int)_options.MaximumBytes;
        byte[] buffer = new byte[Math.Min(most, FirstBuffer) + 1];
        int length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length > most)
                throw new ImageException("image", $"it has more than {most:N0} bytes, which is the limit");
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(2L * length, most + 1L));
        }

        return buffer.AsMemory(0, length);
    }

    /// <summary>Replaces the model where the file is another one; never throws, since it runs on a timer.</summary>
    private void LookAtFile()
    {
        // A look that takes longer than the interval is not repeated meanwhile.
        if (!_loading.TryEnter())
            return;
        try
        {
            FileStamp? before = _seen;
            _seen = FileStamp.Of(Path);
            // The file of the model may be back after one that could not be opened.
            if (_seen == _model.Stamp && _seen == _tried)
                ReloadError = null;
            if (_disposed || _seen == _tried || _seen != before)
                return;
            _tried = _seen;
            Replace();
        }
        catch (Exception failure)
        {
            Refuse(failure.Message);
        }
        finally
        {
            _loading.Exit();
        }
    }

    private void Replace()
    {
        ServedModel old = _model;
        _model = ServedModel.Load(_options);
        _seen = _tried = _model.Stamp;
        ReloadError = null;
        old.Classifier.Dispose();
        Report(new ModelReload(Path, _model.LoadedAt, null));
    }

    private void Refuse(string error)
    {
        if (error == ReloadError)
            return;
        ReloadError = error;
        Report(new ModelReload(Path, _options.Clock.GetUtcNow(), error));
    }

    // What a listener throws says nothing of the model, and would end the process where it comes from a timer.
    private void Report(ModelReload reload)
    {
        try
        {
            _options.Reloads?.Report(reload);
        }
        catch (Exception)
        {
        }
    }
}
