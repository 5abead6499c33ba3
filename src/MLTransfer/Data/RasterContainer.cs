using System.Globalization;

namespace MLTransfer.Data;

/// <summary>
/// Images of one size that are stored as pixels and named by their number, from 0 on. What is read is red, green and blue of each pixel.
/// </summary>
internal abstract class RasterContainer(int count, int width, int height) : ContainedImages
{
    public int Count => count;

    public int Width => width;

    public int Height => height;

    public override IReadOnlyList<string> Names { get; } =
        [.. Enumerable.Range(0, count).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    public override long Length(string name) => Index(name) < 0 ? -1 : width * height * 3L;

    public override void Read(string name, Span<byte> target) => Read(Index(name), target);

    protected abstract void Read(int index, Span<byte> target);

    private int Index(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count ? index : -1;
}
