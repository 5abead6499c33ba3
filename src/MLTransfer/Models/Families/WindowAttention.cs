using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Attention within the windows of a map, with a relative position bias, a learned table (Liu et al. 2021,
/// https://arxiv.org/abs/2103.14030, section 3.2).
/// </summary>
internal class WindowAttention : NamedModule, IExportable
{
    private readonly long _heads;
    private readonly int _side;
    private readonly int _shift;
    private readonly DerivedTensor _positions;
    private readonly DerivedTensor _weight;
    private readonly DerivedTensor _bias;
    private readonly LinearUnit _merge;

    /// <param name="width">The channels of the maps.</param>
    /// <param name="heads">The number of heads.</param>
    /// <param name="side">The side of a window.</param>
    /// <param name="shift">How far the windows are shifted, in pixels of the map.</param>
    public WindowAttention(long width, long heads, int side, int shift) : base(nameof(WindowAttention))
    {
        (_heads, _side, _shift) = (heads, side, shift);
        register_buffer("relative_position_index", RelativePositions.Index(side).flatten());
        Linear project = Child("qkv", Initialization.NewLinear(width, 3 * width));
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
        var windows = new WindowPartition(input.shape, _side, _shift);
        Tensor projected = nn.functional.linear(windows.Split(input), _weight.ToType(input.dtype), _bias.ToType(input.dtype));
        Tensor[] parts = MultiHead.Split(projected, 3, _heads);
        (parts[0], parts[1]) = PrepareQueryAndKey(parts[0], parts[1]);
        Tensor attended = windows.AreShifted ? AttendWithMask(parts, windows) : Attended(parts, _positions.ToType(input.dtype));
        return windows.Merge(_merge.Forward(MultiHead.Join(attended))).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        var windows = new WindowPartition([.. input.Shape], _side, _shift);
        SymbolicTensor projected = windows.Split(input).Linear(_weight.Compute(), _bias.Compute());
        SymbolicTensor[] parts = MultiHead.Split(projected, 3, _heads);
        (parts[0], parts[1]) = PrepareQueryAndKey(parts[0], parts[1]);
        Tensor mask = _positions.Compute();
        if (windows.AreShifted)
        {
            mask = mask + windows.BorderMask(mask.dtype, mask.device);
            parts = Array.ConvertAll(parts, part => part.Reshape(-1, windows.Count, part.Shape[1], part.Shape[2], part.Shape[3]));
        }

        return windows.Merge(_merge.Export(MultiHead.Attend(parts[0], parts[1], parts[2], mask)));
    }

    private protected virtual void RegisterPositions(int side, long heads) =>
        register_parameter("relative_position_bias_table",
            new Parameter(Initialization.TruncatedNormal(empty((2 * side - 1) * (2 * side - 1), heads), 0.02)));

    /// <summary>The bias of each head and pair of positions: (1, heads, positions, positions).</summary>
    private protected virtual Tensor PositionBias(Tensor index) =>
        RelativePositions.Bias(get_parameter("relative_position_bias_table")!, index);

    /// <summary>The bias of queries, keys and values, (3 · C).</summary>
    private protected virtual Tensor ProjectionBias(Tensor bias) => bias;

    /// <summary>Hook before scaled dot-product attention; Swin v2 normalizes queries and keys here.</summary>
    private protected virtual (Tensor Query, Tensor Key) PrepareQueryAndKey(Tensor query, Tensor key) => (query, key);

    private protected virtual (SymbolicTensor Query, SymbolicTensor Key) PrepareQueryAndKey(SymbolicTensor query, SymbolicTensor key) =>
        (query, key);

    private static Tensor Attended(Tensor[] parts, Tensor mask) =>
        nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], mask);

    /// <summary>Attention with a mask for each window of a map: maps and windows become separate dimensions.</summary>
    private Tensor AttendWithMask(Tensor[] parts, WindowPartition windows)
    {
        Tensor mask = _positions.ToType(parts[0].dtype) + windows.BorderMask(parts[0].dtype, parts[0].device);
        long[] shape = parts[0].shape;
        Tensor[] perMap = Array.ConvertAll(
            parts, part => part.reshape(shape[0] / windows.Count, windows.Count, shape[1], shape[2], shape[3]));
        return Attended(perMap, mask).flatten(0, 1);
    }
}

/// <summary>
/// Attention within windows by the cosines of queries and keys, times a scale learned per head, with a position bias that a small network
/// computes from the logarithmic offset (Liu et al. 2022, https://arxiv.org/abs/2111.09883, section 3).
/// </summary>
internal sealed class CosineWindowAttention : WindowAttention
{
    private const double LargestScale = 100;
    private const double LargestBias = 16;

    private readonly long _headWidth;
    private readonly DerivedTensor _scale;

    public CosineWindowAttention(long width, long heads, int side, int shift) : base(width, heads, side, shift)
    {
        _headWidth = width / heads;
        _scale = Derived(() => get_parameter("logit_scale")!.clamp(max: Math.Log(LargestScale)).exp());
    }

    private protected override void RegisterPositions(int side, long heads)
    {
        register_parameter("logit_scale", new Parameter(full(heads, 1, 1, MathF.Log(10))));
        register_buffer("relative_coords_table", RelativePositions.LogarithmicCoordinates(side));
        Container network = Child("cpb_mlp", new Container("cpb_mlp"));
        network.Child("0", Initialization.NewLinear(2, 512));
        network.Child("2", Initialization.NewLinear(512, heads, bias: false));
    }

    private protected override Tensor PositionBias(Tensor index)
    {
        using var scope = NewDisposeScope();
        Tensor hidden = nn.functional.linear(
            get_buffer("relative_coords_table")!, get_parameter("cpb_mlp.0.weight")!, get_parameter("cpb_mlp.0.bias")).relu();
        Tensor table = nn.functional.linear(hidden, get_parameter("cpb_mlp.2.weight")!).flatten(0, 2);
        return (RelativePositions.Bias(table, index).sigmoid() * LargestBias).MoveToOuterDisposeScope();
    }

    /// <summary>Keys have no bias: the one in the state_dict is taken as zero.</summary>
    private protected override Tensor ProjectionBias(Tensor bias)
    {
        using var scope = NewDisposeScope();
        long width = bias.shape[0] / 3;
        return cat([bias.narrow(0, 0, width), zeros(width, dtype: bias.dtype, device: bias.device), bias.narrow(0, 2 * width, width)])
            .MoveToOuterDisposeScope();
    }

    private protected override (Tensor Query, Tensor Key) PrepareQueryAndKey(Tensor query, Tensor key)
    {
        Tensor scale = _scale.ToType(query.dtype) * Math.Sqrt(_headWidth);
        return (nn.functional.normalize(query, dim: -1) * scale, nn.functional.normalize(key, dim: -1));
    }

    private protected override (SymbolicTensor Query, SymbolicTensor Key) PrepareQueryAndKey(SymbolicTensor query, SymbolicTensor key) =>
        (query.Normalized() * (_scale.Compute() * Math.Sqrt(_headWidth)), key.Normalized());
}

/// <summary>
/// Splits maps (N, H, W, C) into square windows, after padding them to whole windows and, in every second block, shifting them by half a
/// window, so that attention crosses the window borders of the block before (Liu et al. 2021, section 3.2).
/// </summary>
internal sealed class WindowPartition
{
    private static readonly long[] Sides = [1, 2];
    private readonly long[] _shape;
    private readonly int _side;
    private readonly long _rows;
    private readonly long _columns;
    private readonly long[] _shift;

    /// <param name="shape">The shape of the maps.</param>
    /// <param name="side">The side of a window.</param>
    /// <param name="shift">The shift up and left; none in a direction with a single window.</param>
    public WindowPartition(long[] shape, int side, int shift)
    {
        _shape = shape;
        _side = side;
        _rows = (shape[1] + side - 1) / side;
        _columns = (shape[2] + side - 1) / side;
        _shift = [_rows > 1 ? shift : 0, _columns > 1 ? shift : 0];
    }

    /// <summary>The number of windows of a map.</summary>
    public long Count => _rows * _columns;

    public bool AreShifted => _shift.Any(places => places > 0);

    /// <summary>The windows of all maps: (N · Count, side², C).</summary>
    public Tensor Split(Tensor maps)
    {
        using var scope = NewDisposeScope();
        (long bottom, long right) = (_rows * _side - _shape[1], _columns * _side - _shape[2]);
        Tensor whole = bottom + right > 0 ? nn.functional.pad(maps, [0, 0, 0, right, 0, bottom]) : maps;
        Tensor moved = AreShifted ? whole.roll((long[])[-_shift[0], -_shift[1]], Sides) : whole;
        return moved.reshape(_shape[0], _rows, _side, _columns, _side, _shape[3]).permute(0, 1, 3, 2, 4, 5)
            .reshape(_shape[0] * Count, _side * _side, _shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>Appends <see cref="Split(Tensor)"/> to a graph.</summary>
    public SymbolicTensor Split(SymbolicTensor maps)
    {
        SymbolicTensor whole = maps.Pad(1, 0, _rows * _side - _shape[1]).Pad(2, 0, _columns * _side - _shape[2]);
        return whole.Roll(1, -_shift[0]).Roll(2, -_shift[1]).Reshape(-1, _rows, _side, _columns, _side, _shape[3])
            .Permute(0, 1, 3, 2, 4, 5).Reshape(-1, _side * _side, _shape[3]);
    }

    /// <summary>Appends <see cref="Merge(Tensor)"/> to a graph.</summary>
    public SymbolicTensor Merge(SymbolicTensor windows)
    {
        SymbolicTensor moved = windows.Reshape(-1, _rows, _columns, _side, _side, _shape[3]).Permute(0, 1, 3, 2, 4, 5)
            .Reshape(-1, _rows * _side, _columns * _side, _shape[3]);
        return moved.Roll(1, _shift[0]).Roll(2, _shift[1]).Slice(1, 0, _shape[1]).Slice(2, 0, _shape[2]);
    }

    /// <summary>Merges windows back into maps (N, H, W, C).</summary>
    public Tensor Merge(Tensor windows)
    {
        using var scope = NewDisposeScope();
        Tensor moved = windows.view(_shape[0], _rows, _columns, _side, _side, _shape[3]).permute(0, 1, 3, 2, 4, 5)
            .reshape(_shape[0], _rows * _side, _columns * _side, _shape[3]);
        Tensor whole = AreShifted ? moved.roll(_shift, Sides) : moved;
        return whole.narrow(1, 0, _shape[1]).narrow(2, 0, _shape[2]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// −100 for two positions of a window that are neighbors only because of the cyclic shift, 0 for all others:
    /// (Count, 1, side², side²).
    /// </summary>
    public Tensor BorderMask(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        long[] rows = Regions(_rows, _shift[0]), columns = Regions(_columns, _shift[1]);
        Tensor regions = DeviceCopy.To(
            tensor(rows.SelectMany(row => columns.Select(column => 3 * row + column)).ToArray(), [1, rows.Length, columns.Length, 1]),
            device);
        Tensor cut = new WindowPartition(regions.shape, _side, 0).Split(regions).squeeze(2);
        return cut.unsqueeze(1).ne(cut.unsqueeze(2)).to(type).mul_(-100).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The region of each row: 0 in all windows but the last; in the last, 1 for its own rows and 2 for those from the opposite edge.
    /// </summary>
    private long[] Regions(long windows, long shift)
    {
        long length = windows * _side;
        return [.. Enumerable.Range(0, (int)length)
            .Select(place => shift == 0 || place < length - _side ? 0L : place < length - shift ? 1 : 2)];
    }
}
