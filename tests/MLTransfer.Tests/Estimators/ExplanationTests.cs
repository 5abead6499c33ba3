using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

/// <summary>Images of noise in which a red or a blue patch, anywhere, decides the class: an explanation must find it.</summary>
public sealed class ExplanationTests(PatchModel patches) : IClassFixture<PatchModel>
{
    [Theory]
    [InlineData(ExplanationMethod.GradCam)]
    [InlineData(ExplanationMethod.Occlusion)]
    public void The_heat_lies_on_the_patch_that_decides(ExplanationMethod method)
    {
        Assert.InRange(MeanInside(patches.Model, method), 0.7, 1);
    }

    // The patch is a sixteenth of the image, and with its surroundings up to a quarter.
    [Theory]
    [InlineData(ExplanationMethod.GradCam)]
    [InlineData(ExplanationMethod.Occlusion)]
    public void In_a_random_network_it_lies_anywhere(ExplanationMethod method)
    {
        using ImageClassificationTransformer random = patches.Random();
        Assert.InRange(MeanInside(random, method), 0, 0.5);
    }

    [Theory]
    [InlineData(ExplanationMethod.GradCam)]
    [InlineData(ExplanationMethod.Occlusion)]
    public void An_explanation_says_what_it_explains(ExplanationMethod method)
    {
        PatchModel.Test test = patches.Tests[0];
        Explanation predicted = patches.Model.Explain(test.Image, method);
        ImagePrediction expected = patches.Model.Predict(test.Image);
        Assert.Equal(expected.Label, predicted.Label);
        // Another batch size sums in another order.
        Assert.Equal(expected.Probability, predicted.Probability, 1e-4f);
        Assert.Equal((64, 64, 64 * 64, method), (predicted.Width, predicted.Height, predicted.Heat.Count, predicted.Method));
        Assert.Equal(1, predicted.Heat.Max());
        Assert.True(predicted.Heat.Min() >= 0);
        string other = patches.Model.Labels.Single(label => label != expected.Label);
        Explanation asked = patches.Model.Explain(test.Image, method, other);
        Assert.Equal(other, asked.Label);
        Assert.Equal(1 - expected.Probability, asked.Probability, 1e-4f);
    }

    [Fact]
    public void The_PNG_is_the_image_with_the_heat_over_it()
    {
        using var folder = new TemporaryFolder();
        Explanation explanation = patches.Model.Explain(patches.Tests[0].Image);
        explanation.SavePng(folder.PathOf("heat.png"));
        using MLImage drawn = MLImage.CreateFromFile(folder.PathOf("heat.png"));
        using MLImage plain = MLImage.CreateFromStream(new MemoryStream(explanation.ImageToPng()));
        Assert.Equal((64, 64), (drawn.Width, drawn.Height));
        byte[] with = drawn.Pixels.ToArray(), without = plain.Pixels.ToArray();
        double[] red =
            [.. Enumerable.Range(0, explanation.Heat.Count).Select(pixel => (double)with[4 * pixel + 2] - without[4 * pixel + 2])];
        // Cold parts are darkened and hot ones lit up: red more than halves, or rises towards 252.
        Assert.True(explanation.Heat.Index().Where(pixel => pixel.Item == 0).All(pixel => red[pixel.Index] <= 0));
        Assert.True(explanation.Heat.Index().Where(pixel => pixel.Item > 0.9).All(pixel => with[(4 * pixel.Index) + 2] > 130));
        Assert.Contains(explanation.Heat, heat => heat == 0);
    }

    [Fact]
    public void An_unknown_class_is_refused_with_the_nearest() => Assert.Contains(
        "no class 'blu'. Did you mean 'blue'?",
        Assert.Throws<ArgumentException>(() => patches.Model.Explain(patches.Tests[0].Image, label: "blu")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Occlusion_can_be_stopped() => Assert.Throws<OperationCanceledException>(
        () => patches.Model.Explain(patches.Tests[0].Image, ExplanationMethod.Occlusion, cancellation: new(canceled: true)));

    [Fact]
    public void An_image_that_cannot_be_read_is_an_error_as_in_a_prediction() =>
        Assert.Throws<ImageException>(() => patches.Model.Explain(ImageSource.FromPath("missing.png")));

    [Fact]
    public void A_disposed_model_explains_nothing()
    {
        ImageClassificationTransformer model = patches.Random();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Explain(patches.Tests[0].Image));
    }

    // With a linear head on the mean of maps, Grad-CAM is the class activation map of Zhou et al. 2016: the head's weights times the maps.
    [Fact]
    public void Before_a_linear_head_the_map_is_that_of_its_weights()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(3);
        network.eval();
        Tensor image = randn(1, 3, 32, 32), maps = network.Output(image, new(null, IsPooled: false)).view(64, 8, 8);
        Tensor weights = network.get_parameter("linear.weight")![2] / 64;
        Tensor expected = einsum("c,chw->hw", weights, maps).relu();
        Assert.True(expected.allclose(network.ActivationMap(image, label: 2)!, rtol: 1e-4, atol: 1e-6));
    }

    [Theory]
    [InlineData("mobilenet_v3_small", 2), InlineData("vit_b_32", 7), InlineData("swin_t", 2), InlineData("squeezenet1_1", 3)]
    public void Networks_of_other_families_have_maps(string backbone, int rows)
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find(backbone).Build(2);
        network.eval();
        int side = rows == 7 ? 224 : 64;
        Tensor map = network.ActivationMap(randn(1, 3, side, side), label: 0)!;
        Assert.Equal([rows, rows], map.shape);
        Assert.True(map.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_vision_transformer_tells_what_it_looked_at_and_others_say_that_they_cannot()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("vit_b_32").Build(2);
        network.eval();
        Tensor map = network.AttentionRollout(randn(1, 3, 224, 224))!;
        Assert.Equal([7, 7], map.shape);
        Assert.InRange(map.sum().item<float>(), 0, 1);
        Assert.Contains(
            "cifar_resnet20 has no attention", Assert.Throws<NotSupportedException>(
                () => patches.Model.Explain(patches.Tests[0].Image, ExplanationMethod.AttentionRollout)).Message, StringComparison.Ordinal);
    }

    // Occlusion takes about 200 predictions an image.
    private double MeanInside(ImageClassificationTransformer model, ExplanationMethod method) => patches.Tests
        .Take(method == ExplanationMethod.Occlusion ? 4 : int.MaxValue).Average(test => Inside(model.Explain(test.Image, method), test));

    // Maps are coarser than pixels: half a patch around it counts as on it.
    private static double Inside(Explanation explanation, PatchModel.Test test)
    {
        const int Margin = PatchModel.Patch / 2;
        double inside = 0;
        for (int y = Math.Max(0, test.Y - Margin); y < Math.Min(explanation.Height, test.Y + PatchModel.Patch + Margin); y++)
        {
            for (int x = Math.Max(0, test.X - Margin); x < Math.Min(explanation.Width, test.X + PatchModel.Patch + Margin); x++)
                inside += explanation.Heat[(y * explanation.Width) + x];
        }

        return inside / Math.Max(1e-9, explanation.Heat.Sum());
    }
}

/// <summary>A model that was trained on images in which a patch decides.</summary>
public sealed class PatchModel : IDisposable
{
    internal const int Side = 64, Patch = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(3);

    public PatchModel()
    {
        string[] classes = ["blue", "red"];
        foreach (string label in classes)
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, "train", label));
            for (int index = 0; index < 60; index++) Draw(label, Path.Combine("train", label, $"{index}.png"));
        }

        Model = Train(epochs: 8);
        Tests = [.. Enumerable.Range(0, 16).Select(index => Draw(classes[index % 2], $"{index}.png"))];
    }

    public ImageClassificationTransformer Model { get; }

    internal IReadOnlyList<Test> Tests { get; }

    /// <summary>The same network, hardly trained at all.</summary>
    public ImageClassificationTransformer Random() => Train(epochs: 1, rate: 1e-9);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }

    private ImageClassificationTransformer Train(int epochs, double? rate = null) => Trainings.Train(
        new FineTuningOptions
        {
            Backbone = "cifar_resnet20", Weights = "none", ImageSize = Side, ResizeTo = Side, Epochs = epochs, BatchSize = 16,
            LearningRate = rate, Precision = Precision.Float32, Device = DeviceKind.Cpu, TrainingTransforms = [new CenterCrop(Side)],
        },
        Path.Combine(_folder.Path, "train"));

    private Test Draw(string label, string name)
    {
        byte[] pixels = new byte[Side * Side * 4];
        _random.NextBytes(pixels);
        (int x, int y) = (_random.Next(Side - Patch), _random.Next(Side - Patch));
        for (int pixel = 0; pixel < Side * Side; pixel++)
        {
            bool isPatch = pixel % Side >= x && pixel % Side < x + Patch && pixel / Side >= y && pixel / Side < y + Patch;
            byte blue = (byte)(label == "red" ? 30 : 230), red = (byte)(260 - blue);
            if (isPatch) (pixels[4 * pixel], pixels[4 * pixel + 1], pixels[4 * pixel + 2]) = (blue, 30, red);
            pixels[4 * pixel + 3] = byte.MaxValue;
        }

        string path = _folder.PathOf(name);
        using MLImage image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
        return new(ImageSource.FromPath(path), x, y);
    }

    /// <summary>An image that was not trained on, and where its patch is.</summary>
    internal sealed record Test(ImageSource Image, int X, int Y);
}
