using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

public sealed class AuxiliaryHeadTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void They_learn_when_they_are_asked_to_and_their_losses_count_as_much_as_is_said(ScalarType type)
    {
        manual_seed(1);
        ImageModel model = ModelZoo.Find("googlenet").Build(2);
        var trainee = new TrainableModel(model, model.Head, [], type, auxiliaryWeight: 0.3);
        trainee.BeginEpoch();
        Tensor labels = tensor(new long[] { 0, 1 });
        IReadOnlyList<Tensor> logits = trainee.Logits(randn(2, 3, 64, 64));
        Tensor[] losses = [.. logits.Select(scores => nn.functional.cross_entropy(scores, labels))];
        Assert.Equal(3, losses.Length);
        Tensor total = trainee.Total(losses);
        Assert.Equal(losses[0].item<float>() + 0.3f * (losses[1].item<float>() + losses[2].item<float>()), total.item<float>(), 1e-5f);
        total.backward();
        Assert.All(model.AuxiliaryHeads.SelectMany(head => head.parameters()), parameter => Assert.NotNull(parameter.grad));
    }

    [Fact]
    public void Inception_says_which_images_its_auxiliary_head_needs()
    {
        using var untracked = no_grad();
        ImageModel model = ModelZoo.Find("inception_v3").Build(2);
        model.eval();
        Assert.Contains("299", Assert.Throws<InvalidOperationException>(() => model.AllLogits(randn(1, 3, 128, 128))).Message,
            StringComparison.Ordinal);
        Assert.Equal([1, 2], model.call(randn(1, 3, 128, 128)).shape);
    }
}
