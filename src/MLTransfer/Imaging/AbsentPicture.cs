namespace MLTransfer.Imaging;

/// <summary>A row without a picture where one should be.</summary>
internal sealed record AbsentPicture(string Row) : PictureSource
{
    public override string Name => Row;

    public override byte[] ContentHash() => throw Missing();

    internal override DecodedPixels Open(DecodingOptions options, ReductionChoice? choose = null) => throw Missing();

    private PictureException Missing() => new(Row, "there is no picture in this row");
}
