using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MLTransfer.Files;

/// <summary>Reads the arguments of pickle instructions, never past the end.</summary>
/// <param name="bytes">The pickle, possibly followed by other data.</param>
/// <param name="errors">The file's errors.</param>
/// <param name="isWindow">Whether the file continues after <paramref name="bytes"/>, which are more than a pickle needs.</param>
internal sealed class PickleReader(byte[] bytes, FileErrors errors, bool isWindow = false)
{
    // 128 bits, for the state of random number generators, and a sign byte. Formatting long integers takes quadratic time.
    private const int LongestInteger = 17;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public int Position { get; private set; }

    /// <summary>Whether a file starts like a pickle of the protocols that are read.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> head) => head is [(byte)PickleOpcode.Protocol, >= 2 and <= 5, ..];

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>An integer: a <see cref="long"/> where it fits, else a <see cref="BigInteger"/>.</summary>
    public object Integer(long length)
    {
        ReadOnlySpan<byte> digits = Take(length);
        if (digits.Length > LongestInteger)
            throw errors.Refused($"its pickle holds an integer of {length} bytes");
        var value = new BigInteger(digits);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    public string Text(long length) => Decoded(Take(length));

    /// <summary>Text up to the next line feed, the argument form of GLOBAL.</summary>
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

    /// <summary>Checks that the bytes a frame announces exist.</summary>
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

/// <summary>
/// The supported pickle instructions: those that CPython 2 and 3 write for containers with protocols 2 to 5. All others are refused.
/// </summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    BinFloat = (byte)'G',
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    None = (byte)'N',
    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinPersistentId = (byte)'Q',
    Reduce = (byte)'R',
    BinUnicode = (byte)'X',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    Appends = (byte)'e',
    BinGet = (byte)'h',
    LongBinGet = (byte)'j',
    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    SetItem = (byte)'s',
    Tuple = (byte)'t',
    SetItems = (byte)'u',
    EmptyDictionary = (byte)'}',
    EmptyList = (byte)']',
    EmptyTuple = (byte)')',
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    Protocol = 0x80,
    NewObject = 0x81,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8a,
    Long4 = 0x8b,
    ShortBinUnicode = 0x8c,
    BinUnicode8 = 0x8d,
    BinBytes8 = 0x8e,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
}
