using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MLTransfer.Files;

/// <summary>Reads the arguments of pickle instructions, never past the end.</summary>
/// <param name="bytes">The pickle, and perhaps more.</param>
/// <param name="errors">The file's errors.</param>
/// <param name="isWindow">Whether the file goes on behind <paramref name="bytes"/>, which are more than a pickle needs.</param>
internal sealed class PickleReader(byte[] bytes, FileErrors errors, bool isWindow = false)
{
    // 128 bits, as random number generators have them, and the byte of the sign. Arithmetic and text of long integers take quadratic time.
    private const int LongestInteger = 17;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>An integer: <see cref="long"/> where it fits, <see cref="BigInteger"/> elsewhere.</summary>
    public object Integer(long length)
    {
        ReadOnlySpan<byte> digits = Take(length);
        if (digits.Length > LongestInteger)
            throw errors.Refused($"its pickle holds an integer of {length} bytes");
        var value = new BigInteger(digits);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    public string Text(long length) => Decoded(Take(length));

    /// <summary>Text up to the next line feed, as the instruction GLOBAL has it.</summary>
    public string Line()
    {
        int length = bytes.AsSpan(Position).IndexOf((byte)'\n');
        if (length < 0)
            throw PastEnd();
        string line = Text(length);
        Position++;
        return line;
    }

    public byte[] Bytes(long length) => Take(length).ToArray();

    /// <summary>A frame announces how many bytes follow; they only have to be there.</summary>
    public void Frame()
    {
        long length = Int64();
        if (length < 0 || length > bytes.Length - Position)
            throw PastEnd();
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > bytes.Length - Position)
            throw PastEnd();
        ReadOnlySpan<byte> taken = bytes.AsSpan(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    private string Decoded(ReadOnlySpan<byte> text)
    {
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw errors.Damaged($"its pickle holds text that is not UTF-8 before byte {Position}", exception);
        }
    }

    private Exception PastEnd() => isWindow
        ? errors.Refused($"its pickle has more than {bytes.Length} bytes; those of the largest models have a few hundred thousand")
        : errors.CutShort($"its pickle ends at byte {bytes.Length}, inside an instruction");
}
