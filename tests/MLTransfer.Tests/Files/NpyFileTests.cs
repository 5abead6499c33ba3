using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Tests.Files;

public sealed class NpyFileTests
{
    [Theory]
    [InlineData("f4", new long[] { 2, 3 })]
    [InlineData("f8", new long[] { 6 })]
    [InlineData("i8", new long[0])]
    [InlineData("u1", new long[] { 0, 5 })]
    [InlineData("b1", new long[] { 1, 1, 2 })]
    public void What_is_written_is_read(string type, long[] shape)
    {
        long count = shape.Aggregate(1L, (product, size) => product * size);
        byte[] bytes = [.. Enumerable.Range(0, (int)count * (type[1] - '0')).Select(index => (byte)index)];
        using var stream = new MemoryStream();

        NpyFile.Write(stream, new NpyArray(type, shape, bytes));
        Assert.Equal(0, (stream.Length - bytes.Length) % 64);
        stream.Position = 0;
        NpyArray read = NpyFile.Read(stream, "test.npy");

        Assert.Equal(type, read.Type);
        Assert.Equal(shape, read.Shape);
        Assert.Equal(bytes, read.Bytes);
    }

    [Fact]
    public void A_file_is_written_as_NumPy_writes_it()
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, new NpyArray("f4", [3], new byte[12]));

        // numpy.save of an array of three zeros.
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".PadRight(117) + "\n";
        Assert.Equal([0x93, .. Encoding.ASCII.GetBytes("NUMPY"), 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[12]],
            stream.ToArray());
    }

    [Fact]
    public void Fortran_order_becomes_C_order()
    {
        // The rows 0 1 2 and 3 4 5, stored column by column.
        NpyArray read = Read("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", [0, 3, 1, 4, 2, 5]);

        Assert.Equal([0, 1, 2, 3, 4, 5], read.Bytes);
    }

    [Fact]
    public void Big_endian_becomes_little_endian_and_version_2_and_Python_2_are_read()
    {
        NpyArray read = Read("{\"descr\": \">i2\", \"fortran_order\": False, \"shape\": (2L,), }", [1, 2, 3, 4], version: 2);

        Assert.Equal("i2", read.Type);
        Assert.Equal([2, 1, 4, 3], read.Bytes);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807)}", "its shape needs")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "its header is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "its header is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "its shape needs 8 bytes, and 4 follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()", "its header is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "its header is damaged")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': True, 'shape': ()}", "its header is damaged")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': ()}", "its type is '|O'")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': ()}", "its type is '<c8'")]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': ()}", "its header is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + os.system('x')", "its header is damaged")]
    [InlineData("", "its header is damaged")]
    public void A_bad_header_is_refused(string header, string reason)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => Read(header, [1, 2, 3, 4]));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_axes_than_any_array_has_are_refused()
    {
        string shape = string.Concat(Enumerable.Repeat("1, ", 33));
        var refusal = Assert.Throws<InvalidDataException>(
            () => Read($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape})}}", [1, 2, 3, 4]));
        Assert.Contains("33 axes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, new NpyArray("f4", [3], new byte[12]));
        byte[] whole = stream.ToArray();

        for (int length = 0; length < whole.Length; length++)
        {
            using var part = new MemoryStream(whole[..length]);
            Assert.Throws<InvalidDataException>(() => NpyFile.Read(part, "cut.npy"));
        }
    }

    [Fact]
    public void Other_files_versions_and_huge_headers_are_refused()
    {
        Assert.Contains("it is no .npy file", Refusal("PK\x3\x4 and more"u8), StringComparison.Ordinal);
        Assert.Contains("version 9", Refusal([0x93, .. "NUMPY"u8, 9, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("header has 4294967295 bytes", Refusal([0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]), StringComparison.Ordinal);
    }

    private static string Refusal(ReadOnlySpan<byte> content)
    {
        using var stream = new MemoryStream(content.ToArray());
        return Assert.Throws<InvalidDataException>(() => NpyFile.Read(stream, "test.npy")).Message;
    }

    private static NpyArray Read(string header, byte[] values, byte version = 1)
    {
        byte[] text = Encoding.ASCII.GetBytes(header);
        byte[] length = version == 1
            ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes((uint)text.Length);
        using var stream = new MemoryStream([0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. values]);
        return NpyFile.Read(stream, "test.npy");
    }
}
