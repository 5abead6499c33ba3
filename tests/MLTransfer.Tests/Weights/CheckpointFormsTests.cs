using System.IO.Compression;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

/// <summary>What other versions of Python and PyTorch write than the one that tests compare with.</summary>
public class CheckpointFormsTests
{
    private static readonly byte[] Numbers = [.. Enumerable.Range(0, 16).Select(number => (byte)number)];

    [Fact]
    public void An_ordered_dictionary_and_texts_of_Python_2_are_read()
    {
        TestPickle pickle = new TestPickle().Global("collections", "OrderedDict").Op(']').Op('(')
            .Op(']').Op('(').Bytes([(byte)'U', 6, .. "weight"u8]).Tensor(4, 0, [4], [1]).Op('e')
            .Op(']').Op('(').Bytes([(byte)'T', 4, 0, 0, 0, .. "bias"u8]).Tensor(4, 0, [2], [2]).Op('e')
            .Op('e').Op('\x85').Op('R');

        IReadOnlyDictionary<string, StoredTensor> tensors = Read(pickle);

        Assert.Equal(["weight", "bias"], tensors.Keys);
        Assert.Equal([0, 1, 2, 3, 8, 9, 10, 11], tensors["bias"].Bytes.ToArray());
    }

    [Theory]
    [InlineData("torch.nn.parameter", "Parameter")]
    [InlineData("torch.autograd.variable", "Variable")]
    [InlineData("torch._utils", "_rebuild_parameter")]
    [InlineData("torch._utils", "_rebuild_parameter_with_state")]
    public void A_parameter_is_its_tensor_whatever_else_it_was_pickled_with(string module, string name)
    {
        TestPickle pickle = new TestPickle().Op('}').Text("weight").Global(module, name).Op('(').Tensor(4, 0, [4], [1]).Op('\x88').Op('t')
            .Op('R')
            .Op('(').Op('\x88').Op('\x89').Op('}').Op('t').Op('b').Op('s');

        Assert.Equal(Numbers, Read(pickle)["weight"].Bytes.ToArray());
    }

    [Theory]
    [InlineData("uint16", TensorType.UInt16, 3, 2)]
    [InlineData("uint32", TensorType.UInt32, 2, 1)]
    [InlineData("float64", TensorType.Float64, 1, 1)]
    public void A_tensor_that_says_its_own_type_over_a_storage_of_bytes_is_read(string dtype, TensorType type, int count, int offset)
    {
        TestPickle pickle = new TestPickle().Op('}').Text("weight").Global("torch._utils", "_rebuild_tensor_v3").Op('(')
            .Op('(').Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Number(16).Op('N').Op('t').Op('Q')
            .Number(offset).Numbers([count]).Numbers([1]).Op('\x89').Op('}').Global("torch", dtype).Op('t').Op('R').Op('s');

        byte[] bytes = pickle.End();

        Assert.All([TestPth.Make(bytes, Numbers), TestLegacy.Raw(bytes, TestLegacy.Keys("0"), TestLegacy.Storage(Numbers.Length, Numbers))],
            file =>
        {
            StoredTensor tensor = Read(file)["weight"];
            Assert.Equal((type, (long)count), (tensor.Type, tensor.Count));
            Assert.Equal((byte)(offset * tensor.Bytes.Length / count), tensor.Bytes.Span[0]);
        });
    }

    [Fact]
    public void Settings_counters_devices_and_types_beside_the_weights_do_no_harm()
    {
        TestPickle pickle = new TestPickle().Op('}').Op('(')
            .Text("args").Global("argparse", "Namespace").Op(')').Op('\x81').Op('}').Text("lr").Op('N').Op('s').Op('b')
            .Text("milestones").Global("collections", "Counter").Op('}').Number(30).Number(1).Op('s').Op('\x85').Op('R')
            .Text("device").Global("torch", "device").Text("cuda").Number(0).Op('\x86').Op('R')
            .Text("dtype").Global("torch", "float32")
            .Text("net").Op('}').Text("weight").Tensor(4, 0, [2, 2], [2, 1]).Op('s')
            .Op('u');

        Assert.Equal(["weight"], Read(pickle).Keys);
    }

    [Fact]
    public void A_file_that_was_zipped_again_with_compression_is_read()
    {
        byte[] numbers = new byte[1 << 16];
        numbers[^1] = 7;
        byte[] file = TestPth.Make(CompressionLevel.Optimal, TestPth.TensorPickle(1 << 14, 0, [1 << 14], [1]), numbers);

        Assert.InRange(file.Length, 500, 3000);
        Assert.Equal(numbers, Read(file)["weight"].Bytes.ToArray());
    }

    [Fact]
    public void The_numbers_of_another_byte_order_are_refused()
    {
        using var stream = new MemoryStream();
        stream.Write(TestPth.Make(TestPth.TensorPickle(4, 0, [4], [1]), Numbers));
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        using (Stream entry = zip.CreateEntry("archive/byteorder").Open())
            entry.Write("big"u8);

        Assert.Contains("not little-endian", Assert.Throws<WeightsException>(() => Read(stream.ToArray())).Message);
    }

    private static IReadOnlyDictionary<string, StoredTensor> Read(TestPickle pickle) => Read(TestPth.Make(pickle.End(), Numbers));

    private static IReadOnlyDictionary<string, StoredTensor> Read(byte[] file)
    {
        using var weights = new OpenWeights(new MemoryStream(file), new WeightsErrors("file"));
        return WeightsFile.Read(weights);
    }
}
