using System.Text;

namespace MLTransfer.Weights;

/// <summary>Reads the weights of a model from a file of whichever format, told apart by content, never by name.</summary>
public static class WeightsFile
{
    // torch.save before 1.6 starts with its magic number, 0x1950a86a20f9469cfc6c, pickled with protocol 2.
    private static ReadOnlySpan<byte> LegacyMagic => [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Reads all tensors of a <c>.pth</c> (zip format, as torch.save writes it since PyTorch 1.6) or <c>.safetensors</c> file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by name, in the file's order. A state_dict nested under <c>state_dict</c>, <c>model</c>, <c>model_state_dict</c>
    /// or <c>net</c> is taken out, and <c>module.</c>, <c>_orig_mod.</c> or <c>backbone.</c> dropped where every name starts with it.</returns>
    /// <exception cref="WeightsException">The file is missing, damaged, cut short, of another format, or asks for more than tensors,
    /// numbers, strings and containers.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var errors = new WeightsErrors(path);
        using FileStream file = Open(path, errors);
        try
        {
            return StateDictNames.WithoutPrefixes(ReadTensors(file, path, errors));
        }
        catch (IOException exception)
        {
            throw errors.Damaged($"reading it failed: {exception.Message}", exception);
        }
    }

    private static IReadOnlyDictionary<string, StoredTensor> ReadTensors(FileStream file, string path, WeightsErrors errors)
    {
        Span<byte> head = stackalloc byte[16];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        if (head.IsEmpty)
            throw errors.CutShort("it is empty");
        if (head.StartsWith("PK"u8))
            return TorchFile.Read(file, errors);
        if (head.StartsWith(LegacyMagic))
            throw errors.Legacy();
        if (SafetensorsFile.LooksLike(head))
            return SafetensorsFile.Read(file, path).Tensors;
        throw errors.UnknownFormat(Describe(head));
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

    internal static FileStream Open(string path, WeightsErrors errors)
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
}
