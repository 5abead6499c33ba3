using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MLTransfer.Files;

/// <summary>An array of numbers as NumPy stores it, brought to C order and little-endian bytes.</summary>
/// <param name="Type">Its kind and bytes per element, as NumPy writes them: "f4", "u1", "i8", "b1".</param>
/// <param name="Shape">The sizes of its axes; none for a single number.</param>
/// <param name="Bytes">The elements.</param>
internal sealed record NpyArray(string Type, IReadOnlyList<long> Shape, byte[] Bytes);

/// <summary>Reads and writes NumPy's .npy format, versions 1.0 to 3.0 (numpy.lib.format).</summary>
internal static class NpyFile
{
    /// <summary>The types that are read and written.</summary>
    public static readonly IReadOnlyList<string> Types = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "b1"];

    private const int LongestHeader = 1 << 16, MostAxes = 32, Alignment = 64;

    /// <summary>Whether a file begins as .npy files do.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> head) => head.Length >= 6 && head[0] == 0x93 && head[1..6].SequenceEqual("NUMPY"u8);

    /// <summary>Reads an array from a stream that can seek, from its position to its end.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">Its path or name, for errors.</param>
    /// <exception cref="InvalidDataException">It is no .npy file, is damaged, or holds what is not read; the message names it.</exception>
    public static NpyArray Read(Stream stream, string name)
    {
        var reader = new Reader(stream, name);
        try
        {
            return reader.Read();
        }
        catch (EndOfStreamException)
        {
            throw reader.Error("it ends too early");
        }
    }

    /// <summary>Writes an array.</summary>
    public static void Write(Stream stream, NpyArray array)
    {
        string sizes = string.Concat(array.Shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")));
        // A tuple of one has a comma after it.
        string shape = array.Shape.Count == 1 ? sizes.TrimEnd() : sizes.TrimEnd(' ', ',');
        string order = array.Type.EndsWith('1') ? "|" : "<";
        string header = $"{{'descr': '{order}{array.Type}', 'fortran_order': False, 'shape': ({shape}), }}";
        int unpadded = 10 + header.Length + 1;
        header = header.PadRight(header.Length + ((Alignment - (unpadded % Alignment)) % Alignment)) + "\n";
        Span<byte> prefix = [0x93, .. "NUMPY"u8, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix[8..], (ushort)header.Length);
        stream.Write(prefix);
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.Write(array.Bytes);
    }

    private sealed class Reader(Stream stream, string name)
    {
        public InvalidDataException Error(string reason) => new($"The array '{name}' cannot be read: {reason}.");

        public NpyArray Read()
        {
            Span<byte> start = stackalloc byte[8];
            stream.ReadExactly(start);
            if (!LooksLike(start)) throw Error("it is no .npy file; save it with numpy.save");
            if (start[6] is < 1 or > 3) throw Error($"its format is version {start[6]}; 1, 2 and 3 are read");
            Span<byte> counted = stackalloc byte[start[6] == 1 ? 2 : 4];
            stream.ReadExactly(counted);
            long length = counted.Length == 2
                ? BinaryPrimitives.ReadUInt16LittleEndian(counted) : BinaryPrimitives.ReadUInt32LittleEndian(counted);
            if (length > LongestHeader) throw Error($"its header has {length} bytes; at most {LongestHeader} are read");
            byte[] header = new byte[length];
            stream.ReadExactly(header);
            return ReadValues(NpyHeader.Parse(Encoding.UTF8.GetString(header)) ?? throw Error("its header is damaged"));
        }

        private NpyArray ReadValues(NpyHeader header)
        {
            if (header.Type is not [var order, .. var type] || !Types.Contains(type) || !"<>=|".Contains(order))
                throw Error($"its type is '{header.Type}'; {string.Join(", ", Types)} are read");
            if (header.Shape.Count > MostAxes) throw Error($"it has {header.Shape.Count} axes; at most {MostAxes} are read");
            int size = type[1] - '0';
            Int128 bytes = size;
            foreach (long axis in header.Shape)
            {
                // No more than a file can hold, so that the product does not overflow.
                bytes = Int128.Min(bytes * axis, long.MaxValue);
            }
            if (header.Shape.Contains(0)) bytes = 0;
            long left = stream.Length - stream.Position;
            if (bytes != left || left > Array.MaxLength)
                throw Error($"its shape needs {bytes} bytes, and {left} follow its header");
            byte[] values = new byte[left];
            stream.ReadExactly(values);
            if (order == '>' && size > 1)
            {
                for (int at = 0; at < values.Length; at += size) values.AsSpan(at, size).Reverse();
            }
            return new NpyArray(type, header.Shape, header.IsFortran ? ToC(values, header.Shape, size) : values);
        }

        // In Fortran order the first axis varies fastest.
        private static byte[] ToC(byte[] values, IReadOnlyList<long> shape, int size)
        {
            byte[] target = new byte[values.Length];
            long[] index = new long[shape.Count], strides = new long[shape.Count];
            long stride = size;
            for (int axis = shape.Count - 1; axis >= 0; axis--)
            {
                strides[axis] = stride;
                stride *= shape[axis];
            }
            long to = 0;
            for (int from = 0; from < values.Length; from += size)
            {
                values.AsSpan(from, size).CopyTo(target.AsSpan((int)to));
                for (int axis = 0; axis < shape.Count; axis++)
                {
                    to += strides[axis];
                    if (++index[axis] < shape[axis]) break;
                    to -= strides[axis] * shape[axis];
                    index[axis] = 0;
                }
            }
            return target;
        }
    }
}

/// <summary>The header of an .npy file, a Python dictionary with three entries.</summary>
/// <param name="Type">Byte order, kind and size, such as "&lt;f4".</param>
/// <param name="IsFortran">Whether the first axis varies fastest.</param>
/// <param name="Shape">The sizes of the axes.</param>
internal sealed record NpyHeader(string Type, bool IsFortran, IReadOnlyList<long> Shape)
{
    /// <summary>Reads a header; null where it is none.</summary>
    public static NpyHeader? Parse(string text)
    {
        var parser = new Parser(text);
        if (!parser.Take('{')) return null;
        (string? type, bool? isFortran, List<long>? shape) = (null, null, null);
        while (!parser.Take('}'))
        {
            string? key = parser.Text();
            if (key is null || !parser.Take(':')) return null;
            switch (key)
            {
                case "descr" when type is null:
                    type = parser.Text();
                    break;
                case "fortran_order" when isFortran is null:
                    isFortran = parser.Take("True") ? true : parser.Take("False") ? false : null;
                    break;
                case "shape" when shape is null:
                    shape = parser.Sizes();
                    break;
                default:
                    return null;
            }
            if (!parser.Take(',') && !parser.IsAt('}')) return null;
        }
        return type is null || isFortran is null || shape is null || !parser.IsAtEnd ? null : new NpyHeader(type, isFortran.Value, shape);
    }

    private sealed class Parser(string text)
    {
        private int _at;

        public bool IsAtEnd => SkipSpaces() == text.Length;

        public bool IsAt(char letter) => SkipSpaces() < text.Length && text[_at] == letter;

        public bool Take(char letter) => Take(letter.ToString());

        public bool Take(string word)
        {
            SkipSpaces();
            if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) return false;
            _at += word.Length;
            return true;
        }

        /// <summary>A string in quotes, without escapes.</summary>
        public string? Text()
        {
            if (SkipSpaces() >= text.Length || text[_at] is not ('\'' or '"')) return null;
            int end = text.IndexOf(text[_at], _at + 1);
            if (end < 0) return null;
            string found = text[(_at + 1)..end];
            _at = end + 1;
            return found;
        }

        /// <summary>A tuple of numbers that are not negative.</summary>
        public List<long>? Sizes()
        {
            if (!Take('(')) return null;
            var sizes = new List<long>();
            while (!Take(')'))
            {
                int start = SkipSpaces();
                while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
                ReadOnlySpan<char> digits = text.AsSpan(start, _at - start);
                if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long size)) return null;
                // Python 2 wrote long integers with an L.
                Take('L');
                sizes.Add(size);
                if (!Take(',') && !IsAt(')')) return null;
            }
            return sizes;
        }

        private int SkipSpaces()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            return _at;
        }
    }
}
