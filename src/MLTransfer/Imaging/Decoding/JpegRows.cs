using System.Buffers;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Decoding;

/// <summary>Turns the samples of a JPEG image into pixels, as soon as the rows of chroma that a row needs are there.</summary>
internal sealed class JpegRows
{
    private const int Side = InverseDct.Side;

    private Region _part;
    private int _across, _down, _chromaWidth, _chromaHeight, _unitRows, _next;
    private bool _isGray;

    // A row of either color of chroma, of sums, and of pixels.
    private byte[] _blue = [], _red = [], _pixels = [];
    private ushort[] _sums = [];

    /// <summary>The columns of chroma that the part needs: the first and the one after the last.</summary>
    internal (int From, int To) ChromaColumns => _across == 1 ? (_part.X, _part.X + _part.Width)
        : (Math.Max(_part.X / 2 - 1, 0), Math.Min((_part.X + _part.Width - 1) / 2 + 2, _chromaWidth));

    /// <summary>The rows of chroma that the part needs: the first and the one after the last.</summary>
    internal (int From, int To) ChromaRows => _down == 1 ? (_part.Y, _part.Y + _part.Height)
        : (Math.Max(_part.Y / 2 - 1, 0), Math.Min((_part.Y + _part.Height - 1) / 2 + 2, _chromaHeight));

    internal void Begin(JpegFrame frame, Region part)
    {
        _isGray = frame.Components.Length == 1;
        (_part, _next, _unitRows) = (part, part.Y, frame.UnitRows);
        (_across, _down) = _isGray ? (1, 1) : (frame.Across, frame.Down);
        (_chromaWidth, _chromaHeight) = ((frame.Width + _across - 1) / _across, (frame.Height + _down - 1) / _down);
        int length = part.Width + 2 * LumaChroma.Overrun + 4;
        (_blue, _red) = (ArrayPool<byte>.Shared.Rent(length), ArrayPool<byte>.Shared.Rent(length));
        _sums = ArrayPool<ushort>.Shared.Rent(length);
        _pixels = ArrayPool<byte>.Shared.Rent(length * 4);
        if (_isGray)
        {
            _blue.AsSpan(0, length).Fill(128);
            _red.AsSpan(0, length).Fill(128);
        }
    }

    internal void End()
    {
        ArrayPool<byte>.Shared.Return(_blue);
        ArrayPool<byte>.Shared.Return(_red);
        ArrayPool<ushort>.Shared.Return(_sums);
        ArrayPool<byte>.Shared.Return(_pixels);
    }

    /// <summary>Writes the rows that are complete after a row of units.</summary>
    internal void Write(ReadOnlySpan<JpegPlane> planes, int unitRow, DecodedPixels pixels)
    {
        // The last row of a unit may need the chroma of the next one.
        int end = (unitRow + 1) * Side * _down - (_down > 1 && unitRow + 1 < _unitRows ? 1 : 0);
        for (int last = Math.Min(end, _part.Y + _part.Height); _next < last; _next++)
        {
            // Bytes after the row belong to later rows, except at the end of the image.
            Span<byte> target = pixels.Bytes[((_next * pixels.Width + _part.X) * 4)..];
            bool fits = target.Length >= (_part.Width + LumaChroma.Overrun) * 4;
            Write(planes, fits ? target : _pixels);
            if (!fits)
                _pixels.AsSpan(0, _part.Width * 4).CopyTo(target);
        }
    }

    private void Write(ReadOnlySpan<JpegPlane> planes, Span<byte> target)
    {
        ReadOnlySpan<byte> luma = planes[0].Row(_next, _part.X);
        if (_isGray)
            LumaChroma.ToRgba(luma, _blue, _red, target, _part.Width);
        else if (_across == 1)
            LumaChroma.ToRgba(luma, planes[1].Row(_next, _part.X), planes[2].Row(_next, _part.X), target, _part.Width);
        else
            LumaChroma.ToRgba(luma, Widened(in planes[1], _blue), Widened(in planes[2], _red), target, _part.Width);
    }

    private ReadOnlySpan<byte> Widened(in JpegPlane plane, Span<byte> target)
    {
        // One sample more than needed at either side; beyond the edges the outermost one is repeated.
        int first = _part.X / 2, end = (_part.X + _part.Width - 1) / 2 + 1;
        (int from, int to) = ChromaColumns;
        Span<ushort> sums = _sums, there = sums[(from - first + 1)..];
        if (_down == 1)
        {
            LumaChroma.Copy(plane.Row(_next, from), there, to - from);
        }
        else
        {
            int near = _next / 2, far = Math.Clamp(_next % 2 == 0 ? near - 1 : near + 1, 0, _chromaHeight - 1);
            LumaChroma.Mix(plane.Row(near, from), plane.Row(far, from), there, to - from);
        }
        if (first == 0)
            sums[0] = sums[1];
        if (end == _chromaWidth)
            sums[end - first + 1] = sums[end - first];
        LumaChroma.Widen(sums, target, end - first, isMixed: _down > 1);
        return target[(_part.X % 2)..];
    }
}
