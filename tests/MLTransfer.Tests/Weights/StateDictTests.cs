using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

public sealed class StateDictTests : IDisposable
{
    private const string Classifier = "head";
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_module_that_was_saved_and_loaded_computes_the_same()
    {
        Sequential saved = Network(classes: 3), loaded = Network(classes: 3);
        string path = _folder.PathOf("network.safetensors");

        SafetensorsFile.Write(path, StateDict.Save(saved));
        bool withClassifier = StateDict.Load(loaded, WeightsFile.Read(path), path, "network", Classifier);

        Assert.True(withClassifier);
        Tensor images = randn(2, 3, 8, 8);
        Assert.Equal(0, (saved.call(images) - loaded.call(images)).abs().max().item<float>());
    }

    [NeedsPyTorchFact]
    public void A_state_dict_of_PyTorch_in_half_precision_gives_PyTorchs_output()
    {
        string path = _folder.PathOf("network.pth");
        string expected = PyTorch.Run("""
            import collections, sys, torch
            torch.manual_seed(1)
            model = torch.nn.Sequential(collections.OrderedDict(
                conv=torch.nn.Conv2d(3, 4, 3), norm=torch.nn.BatchNorm2d(4), flat=torch.nn.Flatten(), head=torch.nn.Linear(144, 3)))
            model(torch.randn(8, 3, 8, 8))
            model.eval().half()
            torch.save(model.state_dict(), sys.argv[1])
            print(*model.float()(torch.linspace(-1, 1, 192).reshape(1, 3, 8, 8)).flatten().tolist())
            """, path);

        Sequential network = Network(classes: 3);
        StateDict.Load(network, WeightsFile.Read(path), path, "network");
        Tensor output = network.call(linspace(-1, 1, 192).reshape(1, 3, 8, 8));

        // One float32 convolution and one product of 144 terms, by the same library: only the order of sums may differ.
        float[] numbers = [.. expected.Split(' ').Select(text => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.All(numbers.Zip(output.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_classifier_that_is_absent_or_of_other_classes_is_left_as_it_is(bool absent)
    {
        Sequential network = Network(classes: 7);
        float[] before = HeadOf(network);
        var tensors = Named(StateDict.Save(Network(classes: 3))
            .Where(tensor => !absent || !tensor.Name.StartsWith(Classifier, StringComparison.Ordinal)));

        bool withClassifier = StateDict.Load(network, tensors, "a.pth", "network", Classifier);

        Assert.False(withClassifier);
        Assert.Equal(before, HeadOf(network));
        Assert.Equal(tensors["conv.weight"].Bytes.ToArray(), StateDict.Save(network)[0].Bytes.ToArray());
    }

    [Fact]
    public void All_that_does_not_fit_is_in_one_error_and_nothing_is_changed()
    {
        Sequential network = Network(classes: 3);
        byte[] before = [.. StateDict.Save(network).SelectMany(tensor => tensor.Bytes.ToArray())];
        var tensors = Named(StateDict.Save(Network(classes: 3)).Where(tensor => tensor.Name != "norm.bias")
            .Select(tensor => tensor.Name == "conv.weight"
            ? tensor with { Shape = [4, 3, 9, 1] }
            : tensor).Append(new StoredTensor("extra.weight", TensorType.Float32, [1], new byte[4])));

        var exception = Assert.Throws<WeightsException>(
            () => StateDict.Load(network, tensors, "a.pth", "network", Classifier, _ => "lenet"));

        Assert.Equal(
            "The weights file 'a.pth' does not fit network. 1 missing: norm.bias. 1 unexpected: extra.weight. "
            + "1 of another shape: conv.weight is [4, 3, 9, 1], expected [4, 3, 3, 3]. The tensors look like those of lenet: name that "
            + "backbone, or the weights of network.",
            exception.Message);
        Assert.Equal(before, StateDict.Save(network).SelectMany(tensor => tensor.Bytes.ToArray()));
    }

    [Fact]
    public void Batch_counters_may_be_missing_as_in_files_of_old()
    {
        var tensors = Named(StateDict.Save(Network(classes: 3))
            .Where(tensor => !tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal)));

        Assert.True(StateDict.Load(Network(classes: 3), tensors, "old.pth", "network", Classifier));
    }

    [Fact]
    public void Hundreds_of_differences_are_counted_and_the_first_five_shown()
    {
        var tensors = Named(Enumerable.Range(0, 300)
            .Select(index => new StoredTensor($"layer{index}", TensorType.UInt8, [1], new byte[1])));

        string message = Assert.Throws<WeightsException>(() => StateDict.Load(Network(classes: 3), tensors, "a.pth", "network")).Message;

        Assert.Contains("belongs to another network than network", message);
        Assert.Contains("300 unexpected: layer0; layer1; layer2; layer3; layer4; …. ", message);
        Assert.InRange(message.Length, 100, 600);
    }

    private static Sequential Network(int classes)
    {
        Sequential network = nn.Sequential(
            ("conv", nn.Conv2d(3, 4, 3)), ("norm", nn.BatchNorm2d(4)), ("flat", nn.Flatten()), (Classifier, nn.Linear(144, classes)));
        network.eval();
        return network;
    }

    private static float[] HeadOf(nn.Module network) => network.state_dict()["head.weight"].data<float>().ToArray();

    private static OrderedDictionary<string, StoredTensor> Named(IEnumerable<StoredTensor> tensors)
    {
        var named = new OrderedDictionary<string, StoredTensor>();
        foreach (StoredTensor tensor in tensors)
            named.Add(tensor.Name, tensor);
        return named;
    }
}

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

/// <summary>GoogLeNet has two classifiers more than others, which published files have for a thousand classes, or not at all.</summary>
public sealed class AuxiliaryHeadTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ImageModel _network = ModelZoo.Find("googlenet").Build(7);
    private readonly Dictionary<string,
        StoredTensor> _published = StateDict.Save(ModelZoo.Find("googlenet").Build(10)).ToDictionary(tensor => tensor.Name);

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void For_another_number_of_classes_all_but_their_last_layers_are_loaded()
    {
        Assert.False(StateDict.Load(_network, _published, "a.pth", "googlenet", _network.HeadName));

        Assert.Equal(_published["aux1.fc1.weight"].Bytes.ToArray(), Now("aux1.fc1.weight").Bytes.ToArray());
        Assert.Equal([7, 1024], Now("aux1.fc2.weight").Shape);
    }

    [Fact]
    public void They_may_be_missing_but_not_in_part()
    {
        var without = _published.Where(item => !item.Key.StartsWith("aux", StringComparison.Ordinal)).ToDictionary();
        byte[] before = Now("aux2.fc1.weight").Bytes.ToArray();

        StateDict.Load(_network, without, "a.pth", "googlenet", _network.HeadName);
        Assert.Equal(before, Now("aux2.fc1.weight").Bytes.ToArray());

        _published.Remove("aux1.fc1.bias");
        Assert.Contains(
            "1 missing: aux1.fc1.bias",
            Assert.Throws<WeightsException>(() => StateDict.Load(_network, _published, "a.pth", "googlenet", _network.HeadName)).Message);
    }

    private StoredTensor Now(string name) => StateDict.Save(_network).Single(tensor => tensor.Name == name);
}
