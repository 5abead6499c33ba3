using System.Text;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_type_and_the_metadata_come_back_in_the_same_order()
    {
        var random = new Random(7);
        StoredTensor[] tensors = [.. Enum.GetValues<TensorType>().Select(type => Noise($"layer.{type}", type, [2, 3], random)),
            Noise("scalar", TensorType.Float64, [], random), Noise("empty", TensorType.Float32, [0, 5], random),
            Noise("a \"name\" ü", TensorType.Bool, [1], random)];
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["classes"] = "ants, bées" };
        string path = _folder.PathOf("all.safetensors");

        SafetensorsFile.Write(path, tensors, metadata);
        SafetensorsContent content = SafetensorsFile.Read(path);

        Assert.Equal(metadata, content.Metadata);
        Assert.Equal(tensors.Select(tensor => tensor.Name), content.Tensors.Keys);
        Assert.All(tensors, tensor =>
        {
            Assert.Equal(tensor.Type, content.Tensors[tensor.Name].Type);
            Assert.Equal(tensor.Shape, content.Tensors[tensor.Name].Shape);
            Assert.Equal(tensor.Bytes.ToArray(), content.Tensors[tensor.Name].Bytes.ToArray());
        });
        Assert.Equal(StateDictReference.Describe(content.Tensors), StateDictReference.Describe(WeightsFile.Read(path)));
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read_up_to_the_last_number_and_no_further()
    {
        using var inner = new MemoryStream();
        SafetensorsFile.Write(inner, [new("weight", TensorType.UInt8, [3_000_000], new byte[3_000_000])]);
        inner.Write("more"u8);
        inner.Position = 0;
        using var stream = new ForwardOnlyStream(inner);

        SafetensorsContent content = SafetensorsFile.Read(stream, "embedded");

        Assert.Equal(3_000_000, content.Tensors["weight"].Count);
        Assert.Equal(4, inner.Length - inner.Position);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.Write("weights.safetensors", "old"u8);

        Assert.Throws<InvalidOperationException>(() => SafetensorsFile.Write(path, Failing()));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));

        static IEnumerable<StoredTensor> Failing() => throw new InvalidOperationException();
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "'b' starts at 4, the one before ends at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        12, "'b' starts at 8, the one before ends at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'a' starts at 4, the one before ends at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "has 4 bytes; its shape needs 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "its shape needs")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807,0],"data_offsets":[0,4]}}""",
        4, "its shape needs 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "impossible shape or place")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "is cut short")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "1 bytes follow the last tensor")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "'a' as F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4, "header is not")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}""", 4, "has 1099511627776 bytes")]
    [InlineData("""{"a":{"dtype":7}}""", 0, "header is not")]
    [InlineData("""{"a":[]}""", 0, "header is not")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "header is not")]
    [InlineData("""{"a":{"shape":[1]}""", 0, "header is not")]
    public void A_header_that_cannot_be_true_is_refused(string header, int data, string expected) =>
        Assert.Contains(expected, ErrorOf(header, Encoding.UTF8.GetByteCount(header), data));

    [Theory]
    [InlineData(long.MinValue, "a header of 9223372036854775808 bytes")]
    [InlineData(-1, "a header of 18446744073709551615 bytes")]
    [InlineData(0x0100_0000_0000_0000, "neither")]
    [InlineData(1 << 20, "is cut short")]
    [InlineData(1, "a header of 1 bytes")]
    public void A_header_length_that_cannot_be_true_is_refused_before_memory_is_taken(long length, string expected) =>
        Assert.Contains(expected, ErrorOf("{}      ", length, 0));

    private string ErrorOf(string header, long length, int data) =>
        Errors.Of(_folder.Write("broken.safetensors",
            [.. BitConverter.GetBytes(length), .. Encoding.UTF8.GetBytes(header), .. new byte[data]]));

    private static StoredTensor Noise(string name, TensorType type, long[] shape, Random random)
    {
        byte[] bytes = new byte[shape.Aggregate(1L, (product, size) => product * size) * type.Size()];
        random.NextBytes(bytes);
        return new StoredTensor(name, type, shape, bytes);
    }
}

/// <summary>A stream as a decompressor gives it: it cannot seek, and reads less than asked for.</summary>
internal sealed class ForwardOnlyStream(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, 1000));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
