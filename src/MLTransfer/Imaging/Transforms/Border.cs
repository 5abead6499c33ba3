using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Adds a border around an image.</summary>
internal static class Border
{
    /// <exception cref="ImageException">The image would be larger than an image can be.</exception>
    internal static void Add(Canvas canvas, int left, int top, int right, int bottom, PaddingMode mode, Color fill)
    {
        ImageDimensions size = new(Sum(left, canvas.Width, right), Sum(top, canvas.Height, bottom));
        Span<Color> target = MemoryMarshal.Cast<byte, Color>(canvas.Draft(size));
        ReadOnlySpan<Color> source = MemoryMarshal.Cast<byte, Color>(canvas.Pixels);
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Color> row = target.Slice((top + y) * size.Width, size.Width);
            source.Slice(y * canvas.Width, canvas.Width).CopyTo(row[left..]);
            Widen(row, left, canvas.Width, mode, fill);
        }
        for (int y = top > 0 ? -top : canvas.Height; y < canvas.Height + bottom; y = y == -1 ? canvas.Height : y + 1)
        {
            Span<Color> row = target.Slice((top + y) * size.Width, size.Width);
            if (mode == PaddingMode.Constant)
                row.Fill(fill);
            else
                target.Slice((top + Inside(y, canvas.Height, mode)) * size.Width, size.Width).CopyTo(row);
        }
        canvas.Accept();
    }

    /// <summary>The place on a line of some length where what is seen at a place beside it lies.</summary>
    internal static int Inside(int place, int length, PaddingMode mode)
    {
        if (mode == PaddingMode.Edge || length == 1)
            return Math.Clamp(place, 0, length - 1);
        int period = mode == PaddingMode.Reflect ? 2 * length - 2 : 2 * length;
        int there = place % period < 0 ? place % period + period : place % period;
        return there < length ? there : mode == PaddingMode.Reflect ? period - there : period - 1 - there;
    }

    private static void Widen(Span<Color> row, int left, int width, PaddingMode mode, Color fill)
    {
        if (mode == PaddingMode.Constant)
        {
            row[..left].Fill(fill);
            row[(left + width)..].Fill(fill);
            return;
        }
        for (int x = 0; x < left; x++)
            row[x] = row[left + Inside(x - left, width, mode)];
        for (int x = left + width; x < row.Length; x++)
            row[x] = row[left + Inside(x - left, width, mode)];
    }

    /// <summary>A length with its borders; what is larger than any image stays so.</summary>
    internal static int Sum(int before, int length, int after) => (int)Math.Min((long)before + length + after, int.MaxValue);
}
