namespace MLTransfer.Imaging;

/// <summary>The memory of one batch while it is filled.</summary>
internal sealed class BatchSlot(byte[] pixels, int batchSize, int count)
{
    private readonly int _rowLength = pixels.Length / batchSize;
    private readonly SkippedImage?[] _skipped = new SkippedImage?[batchSize];

    /// <summary>Images still to come.</summary>
    internal int Missing { get; private set; } = count;

    internal byte[] Pixels => pixels;

    internal Span<byte> Row(int row) => pixels.AsSpan(row * _rowLength, _rowLength);

    internal void Reset(int length) => Missing = length;

    /// <returns>Whether that was the last one.</returns>
    internal bool Finish(int row, SkippedImage? skipped)
    {
        _skipped[row] = skipped;
        return --Missing == 0;
    }

    /// <summary>Closes the gaps that skipped images left.</summary>
    internal ImageBatch ToBatch(IEnumerable<int> order, ImageDimensions size)
    {
        List<int> indices = new(batchSize);
        List<SkippedImage> skips = [];
        int row = 0;
        foreach (int index in order)
        {
            if (_skipped[row] is { } skip)
            {
                skips.Add(skip);
            }
            else
            {
                if (indices.Count < row)
                    Row(row).CopyTo(Row(indices.Count));
                indices.Add(index);
            }
            row++;
        }
        return new ImageBatch(pixels, size, indices, skips);
    }
}
