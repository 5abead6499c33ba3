using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>The blocks of Inception v3: paths of convolutions over the same input, put side by side.</summary>
internal sealed class InceptionBlock : NamedModule
{
    private readonly Func<Tensor, Tensor>[] _paths;

    private InceptionBlock(Func<InceptionBlock, Func<Tensor, Tensor>[]> paths) : base(nameof(InceptionBlock)) => _paths = paths(this);

    /// <summary>The paper's figure 5: 1×1; 5×5; 3×3 twice; averages.</summary>
    public static InceptionBlock A(long inputs, long pooled) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 64, 1)),
        block.Path("branch5x5", Square(inputs, 48, 1), Square(48, 64, 5)),
        block.Path("branch3x3dbl", Square(inputs, 64, 1), Square(64, 96, 3), Square(96, 96, 3)),
        block.PooledPath(inputs, pooled),
    ]);

    /// <summary>To maps of half the size: 3×3; 3×3 twice; maxima.</summary>
    public static InceptionBlock B(long inputs) => new(block =>
    [
        block.Path("branch3x3", new ConvolutionShape(inputs, 384, 3, 2)),
        block.Path("branch3x3dbl", Square(inputs, 64, 1), Square(64, 96, 3), new(96, 96, 3, 2)),
        Maxima,
    ]);

    /// <summary>The paper's figure 6: 1×1; 7×7 and 7×7 twice, each in two steps along one side; averages.</summary>
    public static InceptionBlock C(long inputs, long width) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 192, 1)),
        block.Path("branch7x7", Square(inputs, width, 1), Wide(width, width, 7), Tall(width, 192, 7)),
        block.Path("branch7x7dbl", Square(inputs, width, 1), Tall(width, width, 7), Wide(width, width, 7), Tall(width, width, 7),
        Wide(width, 192, 7)),
        block.PooledPath(inputs, 192),
    ]);

    /// <summary>To maps of half the size: 3×3; 7×7 and 3×3; maxima.</summary>
    public static InceptionBlock D(long inputs) => new(block =>
    [
        block.Path("branch3x3", Square(inputs, 192, 1), new(192, 320, 3, 2)),
        block.Path("branch7x7x3", Square(inputs, 192, 1), Wide(192, 192, 7), Tall(192, 192, 7), new(192, 192, 3, 2)),
        Maxima,
    ]);

    /// <summary>The paper's figure 7: 1×1; 1×3 beside 3×1; 3×3, then 1×3 beside 3×1; averages.</summary>
    public static InceptionBlock E(long inputs) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 320, 1)),
        block.Forked("branch3x3", Square(inputs, 384, 1)),
        block.Forked("branch3x3dbl", Square(inputs, 448, 1), Square(448, 384, 3)),
        block.PooledPath(inputs, 192),
    ]);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return cat(Array.ConvertAll(_paths, path => path(input)), 1).MoveToOuterDisposeScope();
    }

    private static ConvolutionShape Square(long inputs, long outputs, long side) => new(inputs, outputs, side, 1, side / 2);

    private static ConvolutionShape Wide(long inputs, long outputs, long length) =>
        new(inputs, outputs, 1) { KernelWidth = length, PaddingWidth = length / 2 };

    private static ConvolutionShape Tall(long inputs, long outputs, long length) =>
        new(inputs, outputs, length, 1, length / 2) { KernelWidth = 1, PaddingWidth = 0 };

    private static Tensor Maxima(Tensor input) => nn.functional.max_pool2d(input, 3, 2);

    // The steps of a path are numbered from 1, unless there is only one.
    private Func<Tensor, Tensor> Path(string name, params ConvolutionShape[] steps)
    {
        ConvolutionModule[] modules = [.. steps.Select((shape, index) =>
            Child(steps.Length == 1 ? name : $"{name}_{index + 1}", ConvolutionModule.Inception(shape)))];
        return input => Run(modules, input);
    }

    private Func<Tensor, Tensor> PooledPath(long inputs, long outputs)
    {
        Func<Tensor, Tensor> path = Path("branch_pool", Square(inputs, outputs, 1));
        return input =>
        {
            using Tensor averages = nn.functional.avg_pool2d(input, 3, 1, 1);
            return path(averages);
        };
    }

    private Func<Tensor, Tensor> Forked(string name, params ConvolutionShape[] steps)
    {
        ConvolutionModule[] modules = [.. steps.Select((shape, index) => Child($"{name}_{index + 1}", ConvolutionModule.Inception(shape)))];
        ConvolutionModule wide = Child($"{name}_{steps.Length + 1}a", ConvolutionModule.Inception(Wide(384, 384, 3)));
        ConvolutionModule tall = Child($"{name}_{steps.Length + 1}b", ConvolutionModule.Inception(Tall(384, 384, 3)));
        return input =>
        {
            using var scope = NewDisposeScope();
            Tensor state = Run(modules, input);
            return cat([wide.call(state), tall.call(state)], 1).MoveToOuterDisposeScope();
        };
    }

    private static Tensor Run(ConvolutionModule[] modules, Tensor input)
    {
        Tensor state = modules[0].call(input);
        foreach (ConvolutionModule module in modules[1..])
        {
            using Tensor before = state;
            state = module.call(before);
        }

        return state;
    }
}
