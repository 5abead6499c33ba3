using System.Runtime.InteropServices;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class WeightsConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsPyTorchFact]
    public void Every_precision_is_rounded_as_PyTorch_rounds_and_integers_stay()
    {
        const string Script = StateDictReference.Script + """
            torch.manual_seed(4)
            x = torch.randn(1000) * 10 ** torch.linspace(-9, 4, 1000)
            tensors = {'noise': x, 'double': x.double(), 'special': torch.tensor([float('nan'), float('inf'), -float('inf'), -0.0]),
                       'shared': x[:10], 'empty': torch.zeros(0, 3), 'steps': torch.tensor(7), 'mask': torch.tensor([True, False])}
            torch.save(tensors, f'{sys.argv[1]}/weights.pth')
            for type in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
                describe({name: tensor.to(type) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()})
            """;
        string expected = PyTorch.Run(Script, _folder.Path), output = _folder.PathOf("weights.safetensors");

        string actual = string.Concat(new[] { TensorType.Float16, TensorType.BFloat16, TensorType.Float32, TensorType.Float64 }
            .Select(type =>
        {
            WeightsConversion.ToSafetensors(_folder.PathOf("weights.pth"), output, type);
            return StateDictReference.Describe(WeightsFile.Read(output));
        }));

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Numbers_too_large_for_the_type_are_an_error_and_not_infinite()
    {
        string input = _folder.PathOf("large.safetensors"), output = _folder.PathOf("half.safetensors");
        SafetensorsFile.Write(input, [new("weight", TensorType.Float32, [2], MemoryMarshal.AsBytes<float>([1, 70_000]).ToArray())]);

        var exception = Assert.Throws<WeightsException>(() => WeightsConversion.ToSafetensors(input, output, TensorType.Float16));

        Assert.Contains("'weight' has numbers too large for it", exception.Message);
        Assert.False(File.Exists(output));
        Assert.Equal(2, WeightsConversion.ToSafetensors(input, output, TensorType.BFloat16).Tensors[0].Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightsConversion.ToSafetensors(input, output, TensorType.Int8));
    }

    [Fact]
    public void A_tensor_with_the_name_of_the_metadata_is_refused_and_nothing_is_written()
    {
        var pickle = new TestPickle().Op('}').Op('(').Text("__metadata__").Tensor(count: 1, offset: 0, shape: [1], strides: [1]);
        string input = _folder.Write("reserved.pth", TestPth.Make(pickle.Op('u').End(), new byte[4]));
        string output = _folder.PathOf("out.safetensors");

        var exception = Assert.Throws<WeightsException>(() => WeightsConversion.ToSafetensors(input, output));

        Assert.Contains($"'{input}' has a tensor called '__metadata__'", exception.Message);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void A_file_whose_tensors_all_repeat_one_storage_does_not_fill_the_disk()
    {
        var pickle = new TestPickle().Op('}').Op('(');
        for (int index = 0; index < 100; index++)
            pickle.Text($"weight{index}").Tensor(count: 1 << 18, offset: 0, shape: [1 << 18], strides: [1]);
        string input = _folder.Write("repeating.pth", TestPth.Make(pickle.Op('u').End(), new byte[1 << 20]));

        Assert.Equal(100, WeightsFile.Read(input).Count);
        Assert.Contains(
            "repeat their storages", Assert
            .Throws<WeightsException>(() => WeightsConversion.ToSafetensors(input, _folder.PathOf("out.safetensors"))).Message);
    }
}
