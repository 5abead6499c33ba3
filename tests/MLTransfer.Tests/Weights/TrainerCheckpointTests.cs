using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

/// <summary>Checkpoints in which the network lies within something larger.</summary>
public sealed class TrainerCheckpointTests : IDisposable
{
    private static readonly Backbone Backbone = ModelZoo.Find("cifar_resnet20");
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData("model.")]
    [InlineData("net.encoder.")]
    [InlineData("module._orig_mod.resnet.")]
    [InlineData("student.")]
    public void A_network_is_found_under_any_prefix_beside_other_tensors(string prefix)
    {
        ImageModel stored = Backbone.Build(10), model = Backbone.Build(3);
        string file = Write([.. Named(stored, prefix), new("criterion.weight", TensorType.Float32, [2], new byte[8])]);
        Assert.False(Load(model, file));
        Assert.True(stored.parameters().First().Equals(model.parameters().First()));
    }

    [Fact]
    public void A_network_that_is_there_more_than_once_is_an_error_that_lists_where()
    {
        string file = Write([.. Named(Backbone.Build(10), "student."), .. Named(Backbone.Build(10), "teacher.")]);
        string message = Assert.Throws<WeightsException>(() => Load(Backbone.Build(10), file)).Message;
        Assert.Contains("holds cifar_resnet20 2 times, under the names 'student.', 'teacher.'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_no_finite_numbers_are_named_as_that()
    {
        ImageModel stored = Backbone.Build(10);
        using (no_grad()) stored.parameters().First()[0, 0, 0, 0] = float.NaN;
        string message = Assert.Throws<WeightsException>(() => Load(Backbone.Build(10), Write(Named(stored, "")))).Message;
        Assert.Contains($"holds numbers that are NaN or infinite: 1 of {stored.parameters().First().numel()} in '{stored.named_parameters().First().name}'", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private static bool Load(ImageModel model, string file) => StateDict.LoadFile(model, file, Backbone.Name, model.HeadName);

    private static StoredTensor[] Named(ImageModel model, string prefix) => [.. StateDict.Save(model).Select(tensor => tensor with { Name = prefix + tensor.Name })];

    private string Write(StoredTensor[] tensors)
    {
        string path = _folder.PathOf("checkpoint.safetensors");
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>());
        return path;
    }
}
