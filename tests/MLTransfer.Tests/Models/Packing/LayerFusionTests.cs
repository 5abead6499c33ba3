using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Packing;

/// <summary>Layers take along what follows them, and nothing that something else still needs is overwritten.</summary>
public sealed class LayerFusionTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images;
    private readonly Tensor _kernel;
    private readonly Tensor _weight;

    public LayerFusionTests()
    {
        var generator = new Generator(2, CPU);
        // Channels-last, as images come from the loader.
        _images = randn([2, 6, 5, 4], generator: generator).permute(0, 3, 1, 2);
        _kernel = randn([4, 4, 3, 3], generator: generator) / 6;
        _weight = randn([5, 5], generator: generator) / 2;
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void An_activation_is_a_part_of_the_convolution_before_it()
    {
        Assert.Equal(1, Steps(x => Convolve(x).Relu(), x => Convolve(x).relu()));
        Assert.Equal(1, Steps(x => Convolve(x).Relu6(), x => Convolve(x).relu6()));
        Assert.Equal(1, Steps(x => Convolve(x).Silu(), x => Convolve(x).silu()));
        Assert.Equal(1, Steps(x => Convolve(x).Gelu(), x => Convolve(x).gelu()));
        Assert.Equal(1, Steps(x => Convolve(x).HardSwish(), x => Convolve(x).hardswish()));
        Assert.Equal(1, Steps(x => Convolve(x).HardSigmoid(), x => Convolve(x).hardsigmoid()));
        Assert.Equal(1, Steps(x => Convolve(x).Sigmoid(), x => Convolve(x).sigmoid()));
        Assert.Equal(1, Steps(x => Convolve(x).Tanh(), x => Convolve(x).tanh()));
    }

    [Fact]
    public void An_activation_is_a_part_of_the_linear_layer_before_it() =>
        Assert.Equal(1, Steps(x => x.Linear(_weight, null).Gelu(), x => nn.functional.linear(x, _weight).gelu()));

    [Fact]
    public void A_residual_and_a_ReLU_are_a_part_of_the_later_convolution() => Assert.Equal(3, Steps(
        x =>
        {
            SymbolicTensor first = Convolve(x).Relu();
            return (Convolve(Convolve(first).Relu()) + first).Relu();
        },
        x =>
        {
            Tensor first = Convolve(x).relu();
            return (Convolve(Convolve(first).relu()) + first).relu();
        }));

    [Fact]
    public void A_residual_is_a_part_of_the_linear_layer_but_no_activation_after_it() => Assert.Equal(2, Steps(
        x => (x.Linear(_weight, null) + x).Gelu(), x => (nn.functional.linear(x, _weight) + x).gelu()));

    [Fact]
    public void Of_two_convolutions_that_are_added_the_later_one_takes_the_other() =>
        Assert.Equal(3, Steps(x => Convolve(x) + Convolve(x * 2), x => Convolve(x) + Convolve(x * 2)));

    [Fact]
    public void A_residual_that_is_needed_later_is_not_overwritten() => Assert.Equal(3, Steps(
        x =>
        {
            SymbolicTensor first = Convolve(x);
            return (Convolve(first) + first) * first;
        },
        x =>
        {
            Tensor first = Convolve(x);
            return (Convolve(first) + first) * first;
        }));

    [Fact]
    public void A_residual_whose_view_is_needed_later_is_not_overwritten() => Assert.Equal(7, Steps(
        x =>
        {
            SymbolicTensor first = Convolve(x), view = first.Permute(0, 3, 2, 1);
            SymbolicTensor sum = Convolve(first) + first;
            return sum.Permute(0, 3, 2, 1) * view + sum.Permute(0, 3, 2, 1);
        },
        x =>
        {
            Tensor first = Convolve(x);
            return ((Convolve(first) + first) * first + Convolve(first) + first).permute(0, 3, 2, 1);
        }));

    [Fact]
    public void A_convolution_does_not_overwrite_what_it_reads() => Assert.Equal(2, Steps(
        x => x.Relu() is var first ? Convolve(first) + first : x, x => x.relu() is var first ? Convolve(first) + first : x));

    [Fact]
    public void A_convolution_that_waits_for_its_residual_still_finds_what_it_reads()
    {
        Assert.Equal(4, Steps(
            x =>
            {
                SymbolicTensor first = x.Relu(), early = Convolve(first);
                SymbolicTensor sum = Convolve(x.Sigmoid()) + first;
                return early + sum;
            },
            x => Convolve(x.relu()) + (Convolve(x.sigmoid()) + x.relu())));
        Assert.Equal(6, Steps(
            x =>
            {
                SymbolicTensor first = x.Relu();
                SymbolicTensor one = Convolve(x.Sigmoid()) + first, other = Convolve(x.Tanh()) + first;
                return one.Relu() + other;
            },
            x => (Convolve(x.sigmoid()) + x.relu()).relu() + (Convolve(x.tanh()) + x.relu())));
    }

    [Fact]
    public void The_scale_and_shift_of_a_batch_norm_are_one_operation()
    {
        using Tensor scale = rand(4, 1, 1), shift = rand(4, 1, 1);
        Assert.Equal(1, Steps(x => x * scale + shift, x => x * scale + shift));
    }

    [Fact]
    public void A_result_that_an_operation_reads_too_stays_as_it_is()
    {
        Assert.Equal(2, Steps(
            x =>
            {
                SymbolicTensor maps = Convolve(x);
                _ = maps.Relu();
                return maps;
            },
            x => Convolve(x)));
    }

    [Fact]
    public void The_images_and_views_of_them_are_not_overwritten()
    {
        Assert.Equal(1, Steps(x => Convolve(x) + x, x => Convolve(x) + x));
        Assert.Equal(2, Steps(
            x => x.Slice(2, 0, 4) is var rows ? Convolve(rows) + rows : x,
            x => x.slice(2, 0, 4, 1) is var rows ? Convolve(rows) + rows : x));
    }

    [Fact]
    public void What_two_operations_need_is_computed_for_itself() => Assert.Equal(3, Steps(
        x =>
        {
            SymbolicTensor maps = Convolve(x);
            return maps.Relu() * maps;
        },
        x =>
        {
            Tensor maps = Convolve(x);
            return maps.relu() * maps;
        }));

    [Fact]
    public void A_summand_of_another_shape_is_added_by_itself()
    {
        using Tensor column = ones(4, 1, 1);
        Assert.Equal(2, Steps(x => Convolve(x) + column, x => Convolve(x) + column));
        Assert.Equal(2, Steps(x => Convolve(x) is var maps ? maps + maps : x, x => Convolve(x) * 2));
    }

    private SymbolicTensor Convolve(SymbolicTensor maps) => maps.Convolve(_kernel, null, (1, 1), (1, 1));

    private Tensor Convolve(Tensor maps) => nn.functional.conv2d(maps, _kernel, padding: [1, 1]);

    /// <summary>How many statements the part has; it must compute the expected result, twice.</summary>
    private int Steps(Func<SymbolicTensor, SymbolicTensor> export, Func<Tensor, Tensor> expected)
    {
        using var untracked = no_grad();
        PackedPart.AssertComputes(expected(_images), export, _images, Tolerance);
        PackedPart.Run(export, _images, out string statements);
        return statements.Count(character => character == '\n');
    }
}
