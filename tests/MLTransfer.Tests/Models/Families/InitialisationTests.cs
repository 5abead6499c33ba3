using System.Text.Json;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

/// <summary>Random weights are drawn from the distributions that torchvision draws them from: their moments agree within the sampling error.</summary>
public class InitialisationTests
{
    private const string Script = """
        import json, sys, torchvision
        def moments(weight):
            x = weight.detach().double().flatten()
            x *= x.abs() != 2
            centred = x - x.mean()
            deviation = centred.pow(2).mean().item() ** 0.5
            return [x.mean().item(), deviation, (centred / deviation).pow(4).mean().item() if deviation > 1e-10 else 0.0]
        more = {"googlenet": {"init_weights": True}, "inception_v3": {"init_weights": True}}
        models = {name: torchvision.models.get_model(name, weights=None, **more.get(name, {})) for name in sys.argv[1:]}
        print(json.dumps({name: {key: moments(weight) for key, weight in model.named_parameters()} for name, model in models.items()}))
        """;

    [NeedsTorchvisionTheory]
    [InlineData("resnet18", "squeezenet1_1", "densenet121", "mnasnet0_5", "shufflenet_v2_x0_5", "googlenet")]
    [InlineData("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny")]
    public void Random_weights_have_torchvisions_moments(params string[] names) => Compare(names);

    [NeedsTorchvisionTheory, Trait("Category", "Long")]
    [InlineData("alexnet", "inception_v3", "vgg11")]
    [InlineData("vit_b_32", "swin_t", "swin_v2_t", "maxvit_t")]
    public void Random_weights_of_large_networks_have_torchvisions_moments(params string[] names) => Compare(names);

    private static void Compare(string[] names)
    {
        using JsonDocument expected = JsonDocument.Parse(PyTorch.Run(Script, names));
        foreach (string name in names)
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            foreach ((string key, TorchSharp.Modules.Parameter weight) in ModelZoo.Find(name).Build(1000).named_parameters())
            {
                double[] theirs = expected.RootElement.GetProperty(name).GetProperty(key).Deserialize<double[]>()!;
                Assert.True(Agree(weight, theirs), $"{name} {key}: {string.Join(", ", Moments(weight))} instead of {string.Join(", ", theirs)}");
            }
        }
    }

    // Six deviations of the difference of two samples' means and of their relative deviations; the fourth moment tells uniform (1.8) from normal (3)
    // where there are enough numbers to know it. The ±2 that PyTorch's truncated normal gives now and then, where float32 rounds to 1, are left out.
    private static bool Agree(Tensor weight, double[] theirs)
    {
        double[] ours = Moments(weight);
        double sampling = 6 / Math.Sqrt(weight.numel());
        return Math.Abs(ours[0] - theirs[0]) <= sampling * 1.5 * theirs[1] + 1e-12
            && Math.Abs(ours[1] - theirs[1]) <= sampling * theirs[1] + 1e-12
            && (weight.numel() < 10_000 || Math.Abs(ours[2] - theirs[2]) < 0.3);
    }

    private static double[] Moments(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor values = weight.to(ScalarType.Float64).flatten();
        values *= values.abs().ne(2).to(ScalarType.Float64);
        Tensor centred = values - values.mean();
        double deviation = Math.Sqrt(centred.square().mean().item<double>());
        double fourth = deviation > 1e-10 ? (centred / deviation).square().square().mean().item<double>() : 0;
        return [values.mean().item<double>(), deviation, fourth];
    }
}
