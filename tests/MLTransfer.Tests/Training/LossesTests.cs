using System.Globalization;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class LossesTests
{
    public static IEnumerable<object[]> Compared => new[] { "losses", "weighted_losses", "mixed_losses" }
        .SelectMany(section => PyTorchNumbers.Names(section).Select(name => new object[] { section, name }));

    // PyTorch computed in float64.
    [Theory, MemberData(nameof(Compared))]
    public void Losses_are_those_of_PyTorch(string section, string name)
    {
        using var scope = NewDisposeScope();
        string[] words = name.Split(' ');
        var options = new FineTuningOptions
        {
            Loss = Enum.Parse<LossKind>(words[0]), LabelSmoothing = double.Parse(words[1], CultureInfo.InvariantCulture),
            FocalGamma = double.Parse(words[2], CultureInfo.InvariantCulture),
        };
        double loss = new Losses(options).Mean(Logits(), Batch(section)).item<float>();
        Assert.Equal(PyTorchNumbers.Of(section, name)[0], loss, 1e-6);
    }

    // log-softmax of log-softmax is itself: its values are already logarithms of probabilities whose sum is 1.
    [Theory]
    [InlineData("losses")]
    [InlineData("weighted_losses")]
    public void The_cross_entropy_of_a_log_softmax_is_its_negative_log_likelihood_with_the_same_gradient(string section)
    {
        using var scope = NewDisposeScope();
        LabelledBatch batch = Batch(section);
        Tensor own = Logits().requires_grad_(), nll = Logits().requires_grad_(), plain = Logits().requires_grad_();
        Tensor each = nn.functional.nll_loss(nn.functional.log_softmax(nll, 1), batch.Targets, reduction: nn.Reduction.None);
        Tensor expected = batch.Weights is { } weights ? (each * weights).sum() / weights.sum() : each.mean();
        Tensor ofLogarithms = new Losses().Mean(nn.functional.log_softmax(own, 1), batch), ofLogits = new Losses().Mean(plain, batch);
        foreach (Tensor loss in new[] { expected, ofLogarithms, ofLogits })
        {
            loss.backward();
            Assert.Equal(expected.item<float>(), loss.item<float>(), 1e-6f);
        }

        Assert.All(new[] { own, plain }, logits => Assert.True(logits.grad!.allclose(nll.grad!, rtol: 0, atol: 1e-6)));
    }

    [Theory]
    [InlineData(LossKind.CrossEntropy)]
    [InlineData(LossKind.BinaryCrossEntropy)]
    public void A_focal_loss_has_finite_gradients_where_an_image_is_certain(LossKind kind)
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 200f, -200f }).reshape(1, 2).requires_grad_();
        using LabelledBatch batch = new(zeros(1), zeros(1, dtype: ScalarType.Int64), 1);
        new Losses(kind, focalGamma: 0.5).Mean(logits, batch).backward();
        Assert.True(logits.grad!.isfinite().all().item<bool>());
    }

    private static Tensor Logits() => Floats("logits").reshape(4, 3);

    private static LabelledBatch Batch(string section)
    {
        Tensor labels = Floats("labels").to(ScalarType.Int64);
        return new(zeros(4), labels, 4)
        {
            Weights = section == "weighted_losses" ? Floats("weights") : null,
            Targets = section == "mixed_losses" ? Floats("mixed").reshape(4, 3) : labels,
        };
    }

    private static Tensor Floats(string name) => tensor(PyTorchNumbers.Of(name).Select(value => (float)value).ToArray());
}
