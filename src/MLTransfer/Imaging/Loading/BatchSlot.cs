namespace MLTransfer.Imaging;

/// <summary>The memory of one batch while it is filled.</summary>
internal sealed class BatchSlot(int batchSize, int rowLength, int count)
{
    private readonly byte[] _pixels = GC.AllocateUninitializedArray<byte>(checked(batchSize * rowLength));
    private readonly SkippedPicture?[] _skipped = new SkippedPicture?[batchSize];

    /// <summary>Pictures still to come.</summary>
    internal int Missing { get; private set; } = count;

    internal Span<byte> Row(int row) => _pixels.AsSpan(row * rowLength, rowLength);

    internal void Reset(int length) => Missing = length;

    /// <returns>Whether that was the last one.</returns>
    internal bool Finish(int row, SkippedPicture? skipped)
    {
        _skipped[row] = skipped;
        return --Missing == 0;
    }

    /// <summary>Closes the gaps that skipped pictures left.</summary>
    internal PictureBatch ToBatch(IEnumerable<int> order, PictureSize size)
    {
        List<int> indices = new(batchSize);
        List<SkippedPicture> skips = [];
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
        return new PictureBatch(_pixels, size, indices, skips);
    }
}
