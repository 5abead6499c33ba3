using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

public sealed class LoadFileTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [NeedsPyTorchFact]
    public void Numbers_get_from_every_format_to_their_places_also_when_they_are_parts_of_others_or_of_another_type()
    {
        string expected = PyTorch.Run(
            StateDictReference.Script + """
                x = torch.randn(6, 6)
                state = {'0.weight': x.t(), '0.bias': x[1], '1.weight': torch.randn(2, 6).half(), '1.bias': torch.randn(2).double()}
                torch.save(state, f'{sys.argv[1]}/zip.pth')
                torch.save(state, f'{sys.argv[1]}/legacy.pth', _use_new_zipfile_serialization=False)
                describe({name: tensor.float() for name, tensor in state.items()})
                """, _folder.Path);
        WeightsConversion.ToSafetensors(_folder.PathOf("zip.pth"), _folder.PathOf("weights.safetensors"));

        Assert.All(Directory.GetFiles(_folder.Path), path =>
        {
            Sequential network = Network();
            Assert.True(StateDict.LoadFile(network, path, "network"));
            Assert.Equal(expected, StateDictReference.Describe(StateDict.Save(network).ToDictionary(tensor => tensor.Name)));
        });
    }

    [Fact]
    public void Numbers_that_disagree_with_their_checksum_are_an_error_that_names_the_file()
    {
        byte[] numbers = [.. Enumerable.Repeat((byte)0x5a, 6 * 6 * 4)];
        var pickle = new TestPickle().Op('}').Op('(')
            .Text("0.weight").Tensor(36, 0, [6, 6], [6, 1]).Text("0.bias").Tensor(36, 0, [6], [1])
            .Text("1.weight").Tensor(36, 0, [2, 6], [6, 1]).Text("1.bias").Tensor(36, 0, [2], [1]).Op('u').End();
        byte[] file = TestPth.Make(pickle, numbers);
        string path = _folder.Write("weights.pth", file);
        StateDict.LoadFile(Network(), path, "network");
        file[file.AsSpan().IndexOf(numbers) + 100] ^= 1;
        _folder.Write("weights.pth", file);

        var exception = Assert.Throws<WeightsException>(() => StateDict.LoadFile(Network(), path, "network"));

        Assert.Equal(path, exception.File);
        Assert.Contains("does not agree with its checksum", exception.Message);
    }

    private static Sequential Network() => nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 2));
}
