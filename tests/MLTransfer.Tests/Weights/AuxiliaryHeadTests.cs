using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

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
