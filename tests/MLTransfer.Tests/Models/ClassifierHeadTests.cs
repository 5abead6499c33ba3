using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

public class ClassifierHeadTests
{
    [Theory]
    [InlineData("linear", null)]
    [InlineData("dropout:0.35", 0.35)]
    [InlineData("dropout:0", 0.0)]
    [InlineData("mlp:64:0.1", 0.1, 64)]
    [InlineData("mlp:4096,256:0.4", 0.4, 4096, 256)]
    public void A_head_is_read_back_from_what_it_is_written_as(string text, double? rate, params int[] widths)
    {
        ClassifierHead head = ClassifierHead.Parse(text);
        Assert.Equal(rate, head.DropoutRate);
        Assert.Equal(widths, head.HiddenWidths);
        Assert.Equal(text, head.ToString());
        Assert.Equal(head, ClassifierHead.Parse(text));
        Assert.Equal(head.GetHashCode(), ClassifierHead.Parse(text).GetHashCode());
        Assert.NotEqual(head, ClassifierHead.Parse("mlp:4096,255:0.4"));
    }

    [Theory]
    [InlineData("Linear", "linear")]
    [InlineData("dropout", "dropout:0.2")]
    [InlineData("mlp", "mlp:256:0.4")]
    [InlineData("MLP:32", "mlp:32:0.4")]
    [InlineData("mlp:32,16", "mlp:32,16:0.4")]
    public void Numbers_left_out_are_the_defaults(string text, string whole) => Assert.Equal(whole, ClassifierHead.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("forest")]
    [InlineData("linear:3")]
    [InlineData("dropout:1")]
    [InlineData("dropout:-0.1")]
    [InlineData("dropout:0,5")]
    [InlineData("dropout:NaN")]
    [InlineData("mlp:0")]
    [InlineData("mlp:65537")]
    [InlineData("mlp:99999999999")]
    [InlineData("mlp:8:0.1:3")]
    [InlineData("mlp:8,")]
    [InlineData("mlp:,8:0.1")]
    [InlineData("mlp:8,65537")]
    [InlineData("mlp:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")]
    public void Anything_else_is_an_error_that_says_what_is_possible(string text) =>
        Assert.Contains("mlp:256:0.4", Assert.Throws<FormatException>(() => ClassifierHead.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_out_of_range_are_refused_in_code_too()
    {
        Assert.Throws<ArgumentOutOfRangeException>("rate", () => ClassifierHead.Dropout(1));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => ClassifierHead.Mlp(0));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => ClassifierHead.Mlp([8, 0]));
        Assert.Throws<ArgumentException>("widths", () => ClassifierHead.Mlp([]));
        Assert.Throws<ArgumentException>("widths", () => ClassifierHead.Mlp(new int[17]));
        Assert.Throws<ArgumentOutOfRangeException>("dropout", () => ClassifierHead.Mlp(dropout: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("dropout", () => ClassifierHead.Mlp([8, 4], dropout: 1));
    }
}

public class ResetClassifierTests
{
    [Theory]
    [InlineData("linear", "fc.weight 3,64", "fc.bias 3")]
    [InlineData("dropout:0.5", "fc.weight 3,64", "fc.bias 3")]
    [InlineData("mlp:16:0.5", "fc.0.weight 16,64", "fc.0.bias 16", "fc.3.weight 3,16", "fc.3.bias 3")]
    [InlineData(
        "mlp:16,8:0.5", "fc.0.weight 16,64", "fc.0.bias 16", "fc.3.weight 8,16", "fc.3.bias 8", "fc.6.weight 3,8", "fc.6.bias 3")]
    public void A_head_has_the_names_and_shapes_that_PyTorch_gives_it(string head, params string[] state)
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("cifar_resnet20").Build(10);
        model.ResetClassifier(3, ClassifierHead.Parse(head));
        string[] expected = [.. state.Select(entry => entry.Replace("fc", model.HeadName, StringComparison.Ordinal))];
        Assert.Equal(expected, model.state_dict().Where(entry => entry.Key.StartsWith(model.HeadName, StringComparison.Ordinal))
            .Select(entry => $"{entry.Key} {string.Join(',', entry.Value.shape)}"));
    }

    [Fact]
    public void Scores_are_the_heads_answer_to_the_features()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("cifar_resnet20").Build(10, ClassifierHead.Mlp(16));
        model.eval();
        Tensor images = randn(2, 3, 32, 32), features = model.Features(images);
        Dictionary<string, Tensor> state = model.state_dict();
        Tensor hidden = nn.functional.linear(features, state["linear.0.weight"], state["linear.0.bias"]).relu();
        Tensor expected = nn.functional.linear(hidden, state["linear.3.weight"], state["linear.3.bias"]);
        Assert.True(Zoo.RelativeDifference(model.call(images).detach(), expected.detach()) < 1e-6,
            "These are the same operations in the same order.");
    }

    [Theory]
    [InlineData("dropout:0.9")]
    [InlineData("mlp:64:0.9")]
    [InlineData("mlp:64,32:0.9")]
    public void Dropout_acts_in_training_only(string head)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        ImageModel model = ModelZoo.Find("cifar_resnet20").Build(10, ClassifierHead.Parse(head));
        Tensor features = randn(8, 64);
        model.train();
        Assert.NotEqual(0, (model.Head.call(features) - model.Head.call(features)).abs().max().item<float>());
        model.eval();
        Assert.Equal(0, (model.Head.call(features) - model.Head.call(features)).abs().max().item<float>());
    }

    [Theory]
    [InlineData("linear", "mlp:16:0.4")]
    [InlineData("mlp:16:0.4", "linear")]
    [InlineData("mlp:16:0.4", "mlp:8:0.4")]
    [InlineData("mlp:16,8:0.4", "mlp:16:0.4")]
    public void Weights_with_another_head_leave_the_new_one_as_it_is(string stored, string asked)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find("cifar_resnet20");
        var file = StateDict.Save(backbone.Build(10, ClassifierHead.Parse(stored))).ToDictionary(tensor => tensor.Name);
        ImageModel model = backbone.Build(10, ClassifierHead.Parse(asked));
        Tensor[] before = [.. model.Head.parameters().Select(parameter => parameter.clone())];
        Assert.False(StateDict.Load(model, file, "file", backbone.Name, model.HeadName));
        Assert.All(before.Zip(model.Head.parameters()), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void Weights_with_a_linear_head_fill_one_with_dropout_before_it()
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find("cifar_resnet20");
        ImageModel stored = backbone.Build(10), asked = backbone.Build(10, ClassifierHead.Dropout(0.5));
        Assert.True(StateDict.Load(asked, StateDict.Save(stored).ToDictionary(tensor => tensor.Name), "file", backbone.Name,
            asked.HeadName));
        Assert.All(stored.Head.parameters().Zip(asked.Head.parameters()), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void Images_that_are_too_small_are_an_error_that_says_what_is_needed()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelZoo.Find("vgg16").CheckInputSize(24));
        Assert.Contains("vgg16 cannot see images of 24 × 24 pixels: it needs at least 32 × 32.", error.Message, StringComparison.Ordinal);
    }
}
