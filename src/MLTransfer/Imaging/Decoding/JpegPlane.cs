using System.Buffers;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// The decoded samples of a component: of the blocks that a part of the image needs, and of two rows of units at a time, because
/// interpolated chroma needs the rows above and below.
/// </summary>
internal struct JpegPlane
{
    private const int Side = InverseDct.Side, UnitRowsKept = 2;

    private byte[] _samples;
    private int _stride, _rows, _left, _right, _top, _bottom;

    /// <param name="columns">The first sample that is needed in a row, and the one after the last.</param>
    /// <param name="rows">The first row that is needed, and the one after the last.</param>
    /// <param name="down">Blocks one below the other in a unit.</param>
    internal void Begin((int From, int To) columns, (int From, int To) rows, int down)
    {
        (_left, _right) = (columns.From / Side, (columns.To + Side - 1) / Side);
        (_top, _bottom) = (rows.From / Side, (rows.To + Side - 1) / Side);
        _stride = (_right - _left) * Side + LumaChroma.Overrun;
        _rows = UnitRowsKept * down * Side;
        _samples = ArrayPool<byte>.Shared.Rent(_stride * _rows);
    }

    /// <summary>Whether a row of blocks is needed.</summary>
    internal readonly bool NeedsRow(int row) => row >= _top && row < _bottom;

    /// <summary>Whether a column of blocks is needed.</summary>
    internal readonly bool NeedsColumn(int column) => column >= _left && column < _right;

    /// <summary>The samples of a needed block; rows follow each other at the stride.</summary>
    internal readonly Span<byte> Block(int column, int row, out int stride)
    {
        stride = _stride;
        return _samples.AsSpan(row * Side % _rows * _stride + (column - _left) * Side, (Side - 1) * _stride + Side);
    }

    /// <summary>A row of samples from a column on, with some undefined bytes after them.</summary>
    internal readonly ReadOnlySpan<byte> Row(int y, int from) =>
        _samples.AsSpan(y % _rows * _stride + from - _left * Side, _stride - from + _left * Side);

    internal readonly void End() => ArrayPool<byte>.Shared.Return(_samples);
}
