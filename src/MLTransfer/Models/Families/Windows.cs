using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Maps (N, H, W, C) cut into square windows, after they were padded to whole ones and, for every second block, moved by half a window so
/// that the next attention crosses the borders of the one before (Liu et al. 2021, section 3.2).
/// </summary>
internal sealed class Windows
{
    private static readonly long[] Sides = [1, 2];
    private readonly long[] _shape;
    private readonly int _side;
    private readonly long _rows;
    private readonly long _columns;
    private readonly long[] _shift;

    /// <param name="shape">The shape of the maps.</param>
    /// <param name="side">The side of a window.</param>
    /// <param name="shift">How far they move up and left; not in a direction in which one window holds all.</param>
    public Windows(long[] shape, int side, int shift)
    {
        _shape = shape;
        _side = side;
        _rows = (shape[1] + side - 1) / side;
        _columns = (shape[2] + side - 1) / side;
        _shift = [_rows > 1 ? shift : 0, _columns > 1 ? shift : 0];
    }

    /// <summary>How many windows a map has.</summary>
    public long Count => _rows * _columns;

    public bool AreShifted => _shift.Any(places => places > 0);

    /// <summary>The windows of all maps: (N · Count, side², C).</summary>
    public Tensor Cut(Tensor maps)
    {
        using var scope = NewDisposeScope();
        (long bottom, long right) = (_rows * _side - _shape[1], _columns * _side - _shape[2]);
        Tensor whole = bottom + right > 0 ? nn.functional.pad(maps, [0, 0, 0, right, 0, bottom]) : maps;
        Tensor moved = AreShifted ? whole.roll((long[])[-_shift[0], -_shift[1]], Sides) : whole;
        return moved.reshape(_shape[0], _rows, _side, _columns, _side, _shape[3]).permute(0, 1, 3, 2, 4, 5)
            .reshape(_shape[0] * Count, _side * _side, _shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>The maps (N, H, W, C) that windows were cut from.</summary>
    public Tensor Join(Tensor windows)
    {
        using var scope = NewDisposeScope();
        Tensor moved = windows.view(_shape[0], _rows, _columns, _side, _side, _shape[3]).permute(0, 1, 3, 2, 4, 5)
            .reshape(_shape[0], _rows * _side, _columns * _side, _shape[3]);
        Tensor whole = AreShifted ? moved.roll(_shift, Sides) : moved;
        return whole.narrow(1, 0, _shape[1]).narrow(2, 0, _shape[2]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// −100 for two places of a window that came together only by moving around the edge, 0 for all others: (Count, 1, side², side²).
    /// </summary>
    public Tensor Borders(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        long[] rows = Regions(_rows, _shift[0]), columns = Regions(_columns, _shift[1]);
        Tensor regions = tensor(rows.SelectMany(row => columns.Select(column => 3 * row + column)).ToArray(),
            [1, rows.Length, columns.Length, 1], device: device);
        Tensor cut = new Windows(regions.shape, _side, 0).Cut(regions).squeeze(2);
        return cut.unsqueeze(1).ne(cut.unsqueeze(2)).to(type).mul_(-100).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Where each row came from: 0 for all windows but the last; in the last, 1 for its own rows and 2 for those from the other edge.
    /// </summary>
    private long[] Regions(long windows, long shift)
    {
        long length = windows * _side;
        return [.. Enumerable.Range(0, (int)length)
            .Select(place => shift == 0 || place < length - _side ? 0L : place < length - shift ? 1 : 2)];
    }
}
