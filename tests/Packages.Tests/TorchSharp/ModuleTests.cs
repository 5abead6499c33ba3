using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class ModuleTests
{
    private static readonly string[] KeysOfTheSmallNetwork =
    [
        "features.0.weight", "features.1.weight", "features.1.bias", "features.4.weight", "features.5.weight", "features.5.bias",
        "classifier.weight", "classifier.bias",
        "features.1.running_mean", "features.1.running_var", "features.1.num_batches_tracked",
        "features.5.running_mean", "features.5.running_var", "features.5.num_batches_tracked",
    ];

    [Fact]
    public void A_state_dict_lists_parameters_and_then_buffers_in_the_order_of_the_fields()
    {
        using var model = new SmallNetwork(classes: 2);
        Assert.Equal(KeysOfTheSmallNetwork, model.state_dict().Keys);
        Assert.Equal(KeysOfTheSmallNetwork[..8], model.named_parameters().Select(named => named.name));
        Assert.Equal(KeysOfTheSmallNetwork[8..], model.named_buffers().Select(named => named.name));
    }

    [Fact]
    public void Named_modules_come_level_by_level_within_a_branch()
    {
        using var model = nn.Sequential(("a", nn.Sequential(nn.ReLU(), nn.Sequential(nn.ReLU()))), ("b", nn.ReLU()));
        Assert.Equal(["a", "b", "a.0", "a.1", "a.1.0"], model.named_modules().Select(named => named.name));
        Assert.Equal(["a", "b"], model.named_children().Select(named => named.name));
    }

    [Fact]
    public void A_field_with_a_component_name_is_registered_under_that_name()
    {
        using var model = new Renamed();
        Assert.Equal(["kept", "1.weight", "1.bias", "shift"], model.state_dict().Keys);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        using var model = new Renamed();
        Assert.Throws<InvalidOperationException>(() => model.register_module("1", nn.ReLU()));
        Assert.Throws<InvalidOperationException>(() => model.register_parameter("kept", nn.Parameter(ones(1))));
        Assert.Throws<InvalidOperationException>(() => model.register_buffer("shift", ones(1)));
        Assert.Throws<ArgumentException>(() => model.register_module("with.dot", nn.ReLU()));
        Assert.Throws<ArgumentException>(() => model.register_module("", nn.ReLU()));
        Assert.Throws<ArgumentNullException>(() => model.register_buffer("none", null!));
    }

    [Fact]
    public void Parameters_and_buffers_are_found_by_their_dotted_names()
    {
        using var model = new SmallNetwork(classes: 2);
        Assert.Equal(new long[] { 16, 4, 3, 3 }, model.get_parameter("features.4.weight")!.shape);
        Assert.Equal(new long[] { 16 }, model.get_buffer("features.5.running_var")!.shape);
        Assert.Null(model.get_parameter("features.4.bias"));
        Assert.True(model.has_parameter("classifier.bias"));
        Assert.False(model.has_buffer("classifier.bias"));
    }

    [Fact]
    public void Loading_a_state_dict_copies_values_into_the_models_own_tensors()
    {
        using var source = new SmallNetwork(classes: 2);
        using var target = new SmallNetwork(classes: 2);
        var own = target.get_parameter("classifier.weight")!;
        var (missing, unexpected) = target.load_state_dict(source.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.Same(own, target.get_parameter("classifier.weight"));
        Assert.All(source.state_dict(), entry => Assert.True(target.state_dict()[entry.Key].Equals(entry.Value)));
    }

    [Fact]
    public void A_state_dict_of_another_model_is_refused_unless_it_may_differ()
    {
        using var model = new SmallNetwork(classes: 2);
        using var more = ones(1);
        var source = model.state_dict();
        source.Remove("classifier.bias");
        source["extra"] = more;
        Assert.Throws<InvalidOperationException>(() => model.load_state_dict(source));
        var (missing, unexpected) = model.load_state_dict(source, strict: false);
        Assert.Equal(["classifier.bias"], missing);
        Assert.Equal(["extra"], unexpected);
        (missing, unexpected) = model.load_state_dict(source, skip: ["classifier.bias", "extra"]);
        Assert.Empty(missing.Concat(unexpected));
    }

    [Fact]
    public void Training_and_evaluation_reach_every_module_below()
    {
        using var model = new SmallNetwork(classes: 2);
        model.eval();
        Assert.All(model.modules(), module => Assert.False(module.training));
        model.train();
        Assert.All(model.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void Apply_calls_the_innermost_modules_first()
    {
        using var model = nn.Sequential(("a", nn.Sequential(("b", nn.ReLU()))));
        var visited = new List<string>();
        model.apply(module => visited.Add(module.GetType().Name));
        Assert.Equal(["ReLU", "Sequential", "Sequential"], visited);
    }

    [Fact]
    public void Converting_a_model_keeps_names_fields_and_whole_numbers()
    {
        using var model = new Renamed().to(bfloat16);
        Assert.Equal(["kept", "1.weight", "1.bias", "shift"], model.state_dict().Keys);
        Assert.All(model.state_dict().Values, tensor => Assert.Equal(ScalarType.BFloat16, tensor.dtype));
        Assert.Equal(ScalarType.BFloat16, model.Scale.dtype);
        using var normalized = nn.BatchNorm2d(2).to(float64);
        Assert.Equal(ScalarType.Float64, normalized.running_mean!.dtype);
        Assert.Equal(ScalarType.Int64, normalized.num_batches_tracked!.dtype);
        Assert.Throws<ArgumentException>(() => model.to(int64));
    }

    [Fact]
    public void A_module_disposes_what_it_registered()
    {
        var model = new SmallNetwork(classes: 2);
        var tensors = model.state_dict().Values.ToList();
        model.Dispose();
        Assert.All(tensors, tensor => Assert.True(tensor.IsInvalid));
    }

    [Fact]
    public void Zero_grad_forgets_gradients_or_clears_them()
    {
        using var layer = nn.Linear(2, 1);
        using var input = ones(1, 2);
        layer.call(input).sum().backward();
        layer.zero_grad(set_to_none: false);
        Assert.Equal(0, layer.weight.grad!.abs().sum().ToDouble());
        layer.zero_grad();
        Assert.Null(layer.weight.grad);
    }

    private sealed class Renamed : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "kept")]
        private readonly Parameter _scale = nn.Parameter(ones(3));

        [ComponentName(Name = "1")]
        private readonly Linear _linear = nn.Linear(3, 2);

        [ComponentName(Name = "shift")]
        private readonly Tensor _shift = zeros(2);

        internal Renamed() : base(nameof(Renamed)) => RegisterComponents();

        internal Tensor Scale => _scale;

        public override Tensor forward(Tensor input) => _linear.call(input * _scale) + _shift;
    }
}
