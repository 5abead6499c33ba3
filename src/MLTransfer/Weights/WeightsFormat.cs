using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Weights;

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
