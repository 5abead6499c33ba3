using System.Text;
using MLTransfer.Files;

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

/// <summary>An open weights file of some format, its tensors found and checked, their numbers not read yet.</summary>
internal interface IWeightsContent
{
    /// <summary>What the format is called.</summary>
    string Format { get; }

    /// <summary>The dictionary of a checkpoint that the tensors lie in, such as <c>state_dict</c>; may be empty.</summary>
    string Container { get; }

    /// <summary>The dictionaries with tensors of networks that were not taken, such as <c>state_dict_ema</c>.</summary>
    IReadOnlyList<string> OtherContainers { get; }

    /// <summary>The tensors in the file's order, of different names.</summary>
    IReadOnlyList<TensorDescription> Tensors { get; }

    /// <summary>The free text beside the tensors.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the numbers of one of <see cref="Tensors"/>.</summary>
    /// <exception cref="WeightsException">They are damaged, or would take more memory than such a file has reason for.</exception>
    StoredTensor Read(int index);

    /// <summary>
    /// Reads the numbers of one of <see cref="Tensors"/> to where they are wanted, if they lie in the file one after the other.
    /// </summary>
    /// <param name="index">Which tensor.</param>
    /// <param name="target">Memory for exactly its bytes.</param>
    /// <returns>Whether it was done; where not, only <see cref="Read"/> can.</returns>
    /// <exception cref="WeightsException">They are damaged; the memory holds what was read nevertheless.</exception>
    bool TryReadInto(int index, Span<byte> target);
}

/// <summary>Tells the formats of weights files apart by how they start.</summary>
internal static class WeightsFormat
{
    private const int Shown = 16;

    // Where a tar file says that it is one.
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
        if (TorchLegacy.LooksLike(head))
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

/// <summary>Names as training scripts leave them, brought back to the names of the model itself.</summary>
internal static class StateDictNames
{
    // DataParallel, torch.compile, and models that wrap their backbone.
    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "backbone."];

    /// <summary>The known prefixes, one after the other, that all names share; empty when there is none.</summary>
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
