using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Attention between the places of each window of a map, with a bias for how two places lie to each other (Liu et al. 2021,
/// https://arxiv.org/abs/2103.14030, section 3.2). The bias is a table that is learned.
/// </summary>
internal class WindowAttention : NamedModule
{
    private readonly long _heads;
    private readonly int _side;
    private readonly int _shift;
    private readonly DerivedTensor _positions;
    private readonly DerivedTensor _weight;
    private readonly DerivedTensor _bias;
    private readonly LinearUnit _merge;

    /// <param name="width">The channels of the maps.</param>
    /// <param name="heads">Among how many heads they are divided.</param>
    /// <param name="side">The side of a window.</param>
    /// <param name="shift">How far the windows are moved up and left.</param>
    public WindowAttention(long width, long heads, int side, int shift) : base(nameof(WindowAttention))
    {
        (_heads, _side, _shift) = (heads, side, shift);
        register_buffer("relative_position_index", RelativePositions.Index(side).flatten());
        Linear project = Child("qkv", nn.Linear(width, 3 * width));
        _merge = Linear("proj", width, width);
        _weight = Derived(() => project.weight!);
        _bias = Derived(() => ProjectionBias(project.bias!));
        RegisterPositions(side, heads);
        _positions = Derived(() => PositionBias(get_buffer("relative_position_index")!));
    }

    /// <summary>Maps (N, H, W, C) to maps of the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var windows = new Windows(input.shape, _side, _shift);
        Tensor projected = nn.functional.linear(windows.Cut(input), _weight.In(input.dtype), _bias.In(input.dtype));
        Tensor[] parts = MultiHead.Split(projected, 3, _heads);
        (parts[0], parts[1]) = Compared(parts[0], parts[1]);
        Tensor attended = windows.AreShifted ? AttendedWithinBorders(parts, windows) : Attended(parts, _positions.In(input.dtype));
        return windows.Join(_merge.Forward(MultiHead.Join(attended))).MoveToOuterDisposeScope();
    }

    private protected virtual void RegisterPositions(int side, long heads) =>
        register_parameter("relative_position_bias_table",
            new Parameter(Initialisation.TruncatedNormal(empty((2 * side - 1) * (2 * side - 1), heads), 0.02)));

    /// <summary>The bias of each head and pair of places: (1, heads, places, places).</summary>
    private protected virtual Tensor PositionBias(Tensor index) =>
        RelativePositions.Bias(get_parameter("relative_position_bias_table")!, index);

    /// <summary>The bias of queries, keys and values, (3 · C).</summary>
    private protected virtual Tensor ProjectionBias(Tensor bias) => bias;

    /// <summary>Queries and keys as their products, divided by √d, shall see them.</summary>
    private protected virtual (Tensor Query, Tensor Key) Compared(Tensor query, Tensor key) => (query, key);

    private static Tensor Attended(Tensor[] parts, Tensor mask) =>
        nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], mask);

    /// <summary>With a mask for each window of a map; maps and windows become dimensions of their own for that.</summary>
    private Tensor AttendedWithinBorders(Tensor[] parts, Windows windows)
    {
        Tensor mask = _positions.In(parts[0].dtype) + windows.Borders(parts[0].dtype, parts[0].device);
        long[] shape = parts[0].shape;
        Tensor[] perMap = Array.ConvertAll(
            parts, part => part.reshape(shape[0] / windows.Count, windows.Count, shape[1], shape[2], shape[3]));
        return Attended(perMap, mask).flatten(0, 1);
    }
}
