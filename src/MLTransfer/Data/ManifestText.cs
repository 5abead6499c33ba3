using System.Text;
using System.Text.Unicode;

namespace MLTransfer.Data;

/// <summary>The text of a manifest: UTF-8, with or without its mark, or UTF-16 with one.</summary>
internal static class ManifestText
{
    private const long MostBytes = 512L << 20;
    private const string SaveAsUtf8 = "Save it as UTF-8; spreadsheets call it 'CSV UTF-8'.";

    public static string Read(string path, ManifestErrors errors)
    {
        if (new FileInfo(path).Length is var length and > MostBytes)
            throw errors.Of($"it has {length:N0} bytes; at most {MostBytes:N0} are read", "Divide it.");
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        return bytes switch
        {
            [0xEF, 0xBB, 0xBF, .. var text] => Utf8Text(text, errors),
            [0xFF, 0xFE, .. var text] => Utf16Text(
            new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), text, errors),
            [0xFE, 0xFF, .. var text] => Utf16Text(
            new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), text, errors),
            _ => Utf8Text(bytes, errors),
        };
    }

    private static string Utf8Text(ReadOnlySpan<byte> bytes, ManifestErrors errors)
    {
        if (bytes.IndexOf((byte)0) is >= 0 and var zero)
            throw errors.At(Line(bytes, zero), "holds a zero byte: it is no text, or UTF-16 without its mark", SaveAsUtf8);
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        int at = FirstInvalid(bytes);
        throw errors.At(Line(bytes, at), $"is not UTF-8 (byte 0x{bytes[at]:X2})", SaveAsUtf8);
    }

    private static string Utf16Text(UnicodeEncoding encoding, ReadOnlySpan<byte> bytes, ManifestErrors errors)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw errors.Of($"it begins as UTF-16, but is not ({exception.Message.TrimEnd('.')})", SaveAsUtf8);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }

    private static int Line(ReadOnlySpan<byte> bytes, int at) => 1 + bytes[..at].Count((byte)'\n');
}
