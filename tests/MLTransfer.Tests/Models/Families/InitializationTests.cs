using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using MLTransfer.Models;
using MLTransfer.Models.Blocks;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

/// <summary>
/// Random weights are drawn from the distributions that torchvision draws them from: their moments agree within the sampling error.
/// </summary>
public class InitializationTests
{
    private const string Script = """
        import json, sys, torchvision
        def moments(weight):
            x = weight.detach().double().flatten()
            x *= x.abs() != 2
            centered = x - x.mean()
            deviation = centered.pow(2).mean().item() ** 0.5
            return [x.mean().item(), deviation, (centered / deviation).pow(4).mean().item() if deviation > 1e-10 else 0.0]
        more = {"googlenet": {"init_weights": True}, "inception_v3": {"init_weights": True}}
        models = {name: torchvision.models.get_model(name, weights=None, **more.get(name, {})) for name in sys.argv[1:]}
        print(json.dumps({name: {key: moments(weight) for key, weight in model.named_parameters()} for name, model in models.items()}))
        """;

    private const string TruncatedScript = """
        import json, sys, torch
        def moments(deviation):
            x = torch.nn.init.trunc_normal_(torch.empty(1000000), std=deviation).double()
            x = x[x.abs() != 2]
            centered = x - x.mean()
            spread = centered.pow(2).mean().item() ** 0.5
            return [x.mean().item(), spread, (centered / spread).pow(4).mean().item()]
        torch.manual_seed(2)
        print(json.dumps([moments(float(deviation)) for deviation in sys.argv[1:]]))
        """;

    [NeedsTorchvisionTheory]
    [InlineData("resnet18", "squeezenet1_1", "densenet121", "mnasnet0_5", "shufflenet_v2_x0_5", "googlenet")]
    [InlineData("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny")]
    public void Random_weights_have_torchvisions_moments(params string[] names) => Compare(names);

    [NeedsTorchvisionTheory, Trait("Category", "Long")]
    [InlineData("alexnet", "inception_v3", "vgg11")]
    [InlineData("vit_b_32", "swin_t", "swin_v2_t", "maxvit_t")]
    public void Random_weights_of_large_networks_have_torchvisions_moments(params string[] names) => Compare(names);

    [Theory]
    [InlineData("resnet18")]
    [InlineData("alexnet")]
    [InlineData("densenet121")]
    [InlineData("squeezenet1_1")]
    [InlineData("regnet_y_400mf")]
    [InlineData("googlenet")]
    [InlineData("vit_b_32")]
    [InlineData("swin_v2_t")]
    [InlineData("maxvit_t")]
    public void A_network_that_is_built_to_be_loaded_has_the_same_tensors(string name)
    {
        using ImageModel drawn = ModelZoo.Find(name).Build(3), loaded = ModelZoo.Find(name).BuildToLoad(3);
        Assert.Equal(Described(drawn), Described(loaded));

        static string[] Described(ImageModel model) => [.. model.state_dict().Select(entry => DescribedTensor(entry.Key, entry.Value))];

        static string DescribedTensor(string name, Tensor tensor) =>
            $"{name} {string.Join(",", tensor.shape)} {tensor.dtype} {tensor.device_type} {tensor.requires_grad}";
    }

    [Fact]
    public void A_network_that_is_built_to_be_loaded_is_zero_and_the_next_one_is_drawn()
    {
        using ImageModel loaded = ModelZoo.Find("resnet18").BuildToLoad(2), drawn = ModelZoo.Find("resnet18").Build(2);
        Assert.All(["conv1.weight", "fc.weight", "fc.bias"], name =>
        {
            Assert.Equal(0, loaded.state_dict()[name].abs().max().item<float>());
            Assert.NotEqual(0, drawn.state_dict()[name].abs().max().item<float>());
        });
    }

    [NeedsPyTorchFact]
    public void A_truncated_normal_has_PyTorchs_moments()
    {
        double[] deviations = [0.01, 0.1, 1, 3];
        string[] arguments = [.. deviations.Select(deviation => deviation.ToString(CultureInfo.InvariantCulture))];
        using JsonDocument expected = JsonDocument.Parse(PyTorch.Run(TruncatedScript, arguments));
        using var scope = NewDisposeScope();
        manual_seed(1);
        foreach ((double deviation, JsonElement theirs) in deviations.Zip(expected.RootElement.EnumerateArray()))
        {
            Tensor weight = Initialization.TruncatedNormal(empty(1_000_000), deviation);
            Assert.InRange(weight.abs().max().item<float>(), 0, 2);
            Assert.True(Agree(weight, theirs.Deserialize<double[]>()!),
                $"{deviation}: {string.Join(", ", Moments(weight))} instead of {theirs}");
        }
    }

    [Fact]
    public void Nothing_in_the_library_calls_TorchSharps_own_truncated_normal_which_gives_a_constant()
    {
        using var file = new PEReader(File.OpenRead(typeof(Initialization).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        string[] called = [.. metadata.MemberReferences.Select(handle => metadata.GetString(metadata.GetMemberReference(handle).Name))];
        Assert.Contains("kaiming_normal_", called);
        Assert.DoesNotContain("trunc_normal_", called);
    }

    private static void Compare(string[] names)
    {
        using JsonDocument expected = JsonDocument.Parse(PyTorch.Run(Script, names));
        foreach (string name in names)
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            using ImageModel model = ModelZoo.Find(name).Build(1000);
            foreach ((string key, TorchSharp.Modules.Parameter weight) in model.named_parameters())
            {
                double[] theirs = expected.RootElement.GetProperty(name).GetProperty(key).Deserialize<double[]>()!;
                Assert.True(Agree(weight, theirs),
                    $"{name} {key}: {string.Join(", ", Moments(weight))} instead of {string.Join(", ", theirs)}");
            }
        }
    }

    // Six deviations of the difference of two samples' means and of their deviations. A few numbers may have a much smaller deviation than
    // their distribution: the greater of both counts. The fourth moment tells uniform (1.8) from normal (3) where there are enough numbers
    // to know it. The ±2 that PyTorch's truncated normal gives now and then, where float32 rounds to 1, are left out of its.
    private static bool Agree(Tensor weight, double[] theirs)
    {
        double[] ours = Moments(weight);
        double sampling = 6 / Math.Sqrt(weight.numel()) * Math.Max(ours[1], theirs[1]);
        return Math.Abs(ours[0] - theirs[0]) <= sampling * 1.5 + 1e-12
            && Math.Abs(ours[1] - theirs[1]) <= sampling + 1e-12
            && (weight.numel() < 10_000 || Math.Abs(ours[2] - theirs[2]) < 0.3);
    }

    private static double[] Moments(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor values = weight.to(ScalarType.Float64).flatten();
        Tensor centered = values - values.mean();
        double deviation = Math.Sqrt(centered.square().mean().item<double>());
        double fourth = deviation > 1e-10 ? (centered / deviation).square().square().mean().item<double>() : 0;
        return [values.mean().item<double>(), deviation, fourth];
    }
}
