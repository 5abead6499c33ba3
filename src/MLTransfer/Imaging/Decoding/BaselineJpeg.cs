using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Baseline JPEG (ITU T.81), the kind that cameras and most programs write, with the pixels of libjpeg's exact DCT and interpolated chroma:
/// only the part of the image that is needed is computed, and missing data is found on the way. Any other kind, and anything unusual or
/// damaged, is left to the other codecs, which also say what is wrong.
/// </summary>
internal sealed class BaselineJpeg
{
    private const int Side = InverseDct.Side, Restarts = 8, LeastChromaWidth = 3;

    // Reused, because its tables are costly to allocate.
    private static readonly ConcurrentBag<BaselineJpeg> Idle = [];

    private readonly JpegFrame _frame = new();
    private readonly JpegPlane[] _planes = new JpegPlane[3];
    private readonly int[] _direct = new int[3], _block = new int[InverseDct.Length];
    private readonly JpegRows _rows = new();

    /// <param name="encoded">The file.</param>
    /// <param name="size">The size that was checked.</param>
    /// <param name="part">The part of the image that is needed; the other pixels are undefined.</param>
    /// <returns>Null where another codec has to decide.</returns>
    internal static DecodedPixels? Decode(ReadOnlySpan<byte> encoded, ImageDimensions size, Region part)
    {
        BaselineJpeg decoder = Idle.TryTake(out BaselineJpeg? idle) ? idle : new BaselineJpeg();
        try
        {
            return decoder.Run(encoded, size, part);
        }
        finally
        {
            Idle.Add(decoder);
        }
    }

    private DecodedPixels? Run(ReadOnlySpan<byte> bytes, ImageDimensions size, Region part)
    {
        int position = 0;
        if (!TryReadUpToScan(bytes, ref position) || size != new ImageDimensions(_frame.Width, _frame.Height))
            return null;
        DecodedPixels pixels = new(size);
        BeginPlanes(part);
        JpegCoefficients data = new(bytes.Length - position);
        bool isDone = false;
        try
        {
            isDone = DecodeScan(bytes, position, ref data, pixels, part);
        }
        finally
        {
            data.Dispose();
            EndPlanes();
            if (!isDone)
                pixels.Dispose();
        }
        return isDone ? pixels : null;
    }

    private bool TryReadUpToScan(ReadOnlySpan<byte> bytes, ref int position)
    {
        _frame.Clear();
        while (JpegHeader.NextMarker(bytes, ref position) is var marker and not (0 or JpegHeader.EndOfImage))
        {
            if (JpegHeader.StandsAlone(marker))
                continue;
            if (!JpegHeader.TryReadSegment(bytes, ref position, out ReadOnlySpan<byte> segment))
                return false;
            if (marker == JpegHeader.StartOfScan)
                return _frame.TryBeginScan(segment, out _) && IsKnown();
            if (!_frame.ReadSegment(marker, segment))
                return false;
        }
        return false;
    }

    // One scan of gray, or of luma and chroma whose halves, if any, are interpolated.
    private bool IsKnown()
    {
        ReadOnlySpan<JpegComponent> all = _frame.Components;
        if (_frame.IsProgressive || !all.SequenceEqual(_frame.Scanned))
            return false;
        foreach (JpegComponent one in all)
        {
            if (!one.Quantization.IsDefined)
                return false;
        }
        return all.Length == 1 || _frame.IsLumaAndChroma
            && all is [{ Across: 1 or 2 }, { Across: 1, Down: 1 }, { Across: 1, Down: 1 }] && all[0].Down <= all[0].Across
            && (all[0].Across == 1 || (_frame.Width + 1) / 2 >= LeastChromaWidth);
    }

    private void BeginPlanes(Region part)
    {
        (int From, int To) columns = (part.X, part.X + part.Width), rows = (part.Y, part.Y + part.Height);
        ReadOnlySpan<JpegComponent> all = _frame.Components;
        _planes[0].Begin(columns, rows, all.Length == 1 ? 1 : _frame.Down);
        _rows.Begin(_frame, part);
        for (int i = 1; i < all.Length; i++)
            _planes[i].Begin(_rows.ChromaColumns, _rows.ChromaRows, 1);
    }

    private void EndPlanes()
    {
        for (int i = 0; i < _frame.Components.Length; i++)
            _planes[i].End();
        _rows.End();
    }

    /// <returns>Whether the data is complete and has no more than the one scan.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool DecodeScan(ReadOnlySpan<byte> bytes, int position, ref JpegCoefficients data, DecodedPixels pixels, Region part)
    {
        int columns = _frame.UnitColumns, rows = _frame.UnitRows, interval = _frame.RestartInterval, left = interval, restarts = 0;
        int marker = data.Begin(bytes, ref position);
        Array.Clear(_direct);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (interval > 0 && left-- == 0)
                {
                    if (data.IsExhausted || marker != JpegHeader.FirstRestart + restarts++ % Restarts)
                        return false;
                    marker = data.Begin(bytes, ref position);
                    Array.Clear(_direct);
                    left = interval - 1;
                }
                if (!DecodeUnit(ref data, column, row))
                    return false;
            }
            _rows.Write(_planes, row, pixels);
        }
        return !data.IsExhausted && marker == JpegHeader.EndOfImage;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool DecodeUnit(ref JpegCoefficients data, int column, int row)
    {
        ReadOnlySpan<JpegComponent> scanned = _frame.Scanned;
        for (int i = 0; i < scanned.Length; i++)
        {
            JpegComponent component = scanned[i];
            (int across, int down) = scanned.Length == 1 ? (1, 1) : (component.Across, component.Down);
            for (int y = row * down; y < (row + 1) * down; y++)
            {
                for (int x = column * across; x < (column + 1) * across; x++)
                {
                    bool isNeeded = _planes[i].NeedsRow(y) && _planes[i].NeedsColumn(x);
                    if (isNeeded ? !DecodeBlock(ref data, i, x, y) : !data.Skip(component, ref _direct[i]))
                        return false;
                }
            }
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool DecodeBlock(ref JpegCoefficients data, int component, int x, int y)
    {
        int count = data.Read(_frame.Scanned[component], ref _direct[component], _block);
        Span<byte> samples = _planes[component].Block(x, y, out int stride);
        if (count == 1)
            InverseDct.Fill(_block[0], samples, stride);
        else if (count > 1)
            InverseDct.Run(_block, samples, stride);
        Array.Clear(_block);
        return count > 0;
    }
}
