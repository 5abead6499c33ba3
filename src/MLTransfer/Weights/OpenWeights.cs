using System.Text;
using MLTransfer.Files;
using MLTransfer.Graphs.Onnx;

namespace MLTransfer.Weights;

/// <summary>An open weights file, its tensors named as the model names them.</summary>
internal sealed class OpenWeights : IDisposable
{
    private readonly Stream _stream;

    /// <summary>Takes ownership of a seekable stream.</summary>
    /// <exception cref="WeightsException">It holds no weights, or damaged ones, or asks for more than tensors and containers.</exception>
    public OpenWeights(Stream stream, WeightsErrors errors) : this(stream, WeightsFormat.Open(stream, errors))
    {
    }

    private OpenWeights(Stream stream, IWeightsContent content)
    {
        _stream = stream;
        Length = stream.Length;
        Content = content;
        DroppedPrefix = StateDictNames.SharedPrefix(Content.Tensors);
        Tensors = DroppedPrefix.Length == 0
            ? Content.Tensors
            : [.. Content.Tensors.Select(tensor => tensor with { Name = tensor.Name[DroppedPrefix.Length..] })];
    }

    /// <summary>The length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>The content, with the names in the file.</summary>
    public IWeightsContent Content { get; }

    /// <summary>The tensors of <see cref="Content"/>, in the same order, without <see cref="DroppedPrefix"/>.</summary>
    public IReadOnlyList<TensorDescription> Tensors { get; }

    /// <summary>The prefix of every name in the file that no name of the model has; may be empty.</summary>
    public string DroppedPrefix { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="WeightsException">It is missing, cannot be opened, or holds no weights.</exception>
    public static OpenWeights Open(string path)
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

    /// <summary>
    /// The same tensors under the names of a network, where the format has lost them; closed with this. See <see cref="OnnxWeights.For"/>.
    /// </summary>
    public OpenWeights For(TorchSharp.torch.nn.Module network, string? classifier) =>
        Content is OnnxWeights onnx ? new(_stream, onnx.For(network, classifier)) : this;

    /// <summary>Opens a file for reading.</summary>
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

/// <summary>The content of an open weights file of one format: its tensors are found and checked, their values not read yet.</summary>
internal interface IWeightsContent
{
    /// <summary>The name of the format.</summary>
    string Format { get; }

    /// <summary>The dictionary of a checkpoint that holds the tensors, such as <c>state_dict</c>; may be empty.</summary>
    string Container { get; }

    /// <summary>The dictionaries with tensors that were not chosen, such as <c>state_dict_ema</c>.</summary>
    IReadOnlyList<string> OtherContainers { get; }

    /// <summary>The tensors in the file's order, of different names.</summary>
    IReadOnlyList<TensorDescription> Tensors { get; }

    /// <summary>The free text stored with the tensors.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the values of one of <see cref="Tensors"/>.</summary>
    /// <exception cref="WeightsException">They are damaged, or would take more memory than such a file needs.</exception>
    StoredTensor Read(int index);

    /// <summary>Reads the values of one of <see cref="Tensors"/> into memory of the caller, if they are contiguous in the file.</summary>
    /// <param name="index">Which tensor.</param>
    /// <param name="target">Memory for exactly its bytes.</param>
    /// <returns>Whether they were read; if not, only <see cref="Read"/> can.</returns>
    /// <exception cref="WeightsException">They are damaged; the memory may have been overwritten.</exception>
    bool TryReadInto(int index, Span<byte> target);
}

/// <summary>Recognizes the formats of weights files by their first bytes.</summary>
internal static class WeightsFormat
{
    private const int Shown = 16;

    // The offset of a tar file's signature.
    private const int TarMark = 257;

    /// <exception cref="WeightsException">The file is of another format, damaged, or asks for more than tensors and containers.</exception>
    public static IWeightsContent Open(Stream file, WeightsErrors errors)
    {
        Span<byte> head = stackalloc byte[TarMark + 5];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        if (head.IsEmpty)
            throw errors.CutShort("it is empty");
        if (head.StartsWith("PK"u8))
            return TorchZip.Open(file, errors);
        if (SafetensorsFile.LooksLike(head))
            return new SafetensorsWeights(SafetensorsFile.ReadHeader(file, errors), file.Position, new ByteSource(file, errors));
        if (OnnxReader.LooksLike(head))
            return OnnxWeights.Open([file], errors);
        // Only the first value shows whether it is torch.save's.
        if (PickleReader.LooksLike(head))
            return TorchLegacy.Open(file, errors);
        if (head.Length > TarMark && head[TarMark..].StartsWith("ustar"u8))
            throw errors.Tar();
        throw errors.UnknownFormat(Describe(head[..Math.Min(head.Length, Shown)]));
    }

    private static string Describe(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("<"u8))
            return "it is a web page or XML; the download probably failed";
        if (head.StartsWith("version https://"u8))
            return "it is a Git LFS pointer; fetch the file itself with git lfs pull";
        return head.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"it starts with the bytes {Convert.ToHexStringLower(head)}"
            : $"it starts with the text '{Encoding.ASCII.GetString(head)}'";
    }
}

/// <summary>The prefixes that training scripts put before the names of a model.</summary>
internal static class StateDictNames
{
    // Of DataParallel, torch.compile, and models that wrap their backbone.
    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "backbone."];

    /// <summary>The known prefixes that all names start with, one after the other; empty when there is none.</summary>
    public static string SharedPrefix(IReadOnlyCollection<TensorDescription> tensors)
    {
        string shared = "";
        while (tensors.Count > 0 && Prefixes
            .FirstOrDefault(prefix => tensors.All(tensor => Continues(tensor.Name, shared, prefix))) is string prefix)
            shared += prefix;
        return shared;
    }

    private static bool Continues(string name, string start, string prefix) =>
        name.Length > start.Length + prefix.Length && name.AsSpan(start.Length).StartsWith(prefix, StringComparison.Ordinal);
}
