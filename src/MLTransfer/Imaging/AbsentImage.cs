using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>A row without an image where one should be.</summary>
internal sealed record AbsentImage(string Row) : ImageSource
{
    public override string Name => Row;

    public override byte[] ContentHash() => throw Missing();

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) => throw Missing();

    private ImageException Missing() => new(Row, "there is no image in this row");
}
