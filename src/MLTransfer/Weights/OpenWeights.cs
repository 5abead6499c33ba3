namespace MLTransfer.Weights;

/// <summary>A weights file that is open, its tensors named as the model names them.</summary>
internal sealed class OpenWeights : IDisposable
{
    private readonly Stream _stream;

    /// <summary>Takes over a stream that can seek.</summary>
    /// <exception cref="WeightsException">It holds no weights, or damaged ones, or asks for more than tensors and containers.</exception>
    public OpenWeights(Stream stream, WeightsErrors errors)
    {
        _stream = stream;
        Length = stream.Length;
        Content = WeightsFormat.Open(stream, errors);
        DroppedPrefix = StateDictNames.SharedPrefix(Content.Tensors);
        Tensors = DroppedPrefix.Length == 0
            ? Content.Tensors
            : [.. Content.Tensors.Select(tensor => tensor with { Name = tensor.Name[DroppedPrefix.Length..] })];
    }

    /// <summary>How many bytes the file has.</summary>
    public long Length { get; }

    /// <summary>What the file holds, named as in the file.</summary>
    public IWeightsContent Content { get; }

    /// <summary>The tensors of <see cref="Content"/>, in the same order, without <see cref="DroppedPrefix"/>.</summary>
    public IReadOnlyList<TensorDescription> Tensors { get; }

    /// <summary>What every name in the file begins with, and no name of the model does.</summary>
    public string DroppedPrefix { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="WeightsException">It is missing, cannot be opened, or holds no weights.</exception>
    public static OpenWeights Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var errors = new WeightsErrors(path);
        FileStream stream = OpenFile(path, errors);
        try
        {
            return new OpenWeights(stream, errors);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to read it, and nothing more.</summary>
    /// <exception cref="WeightsException">It is missing, or cannot be opened.</exception>
    public static FileStream OpenFile(string path, WeightsErrors errors)
    {
        if (Directory.Exists(path))
            throw errors.Unreadable("is a folder", "Name the file in it.");
        if (!File.Exists(path))
            throw errors.Unreadable("does not exist", "Check the path.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw errors.Unreadable($"cannot be opened: {exception.Message}", "Check that you may read it.");
        }
    }

    public void Dispose() => _stream.Dispose();
}
