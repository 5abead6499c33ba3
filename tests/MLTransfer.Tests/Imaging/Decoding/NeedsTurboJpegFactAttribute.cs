using MLTransfer.Imaging.Decoding;

namespace MLTransfer.Tests.Imaging.Decoding;

/// <summary>A test of decoding through libjpeg-turbo; skipped, visibly, where it is missing.</summary>
public sealed class NeedsTurboJpegFactAttribute : FactAttribute
{
    internal const string Missing = "libjpeg-turbo is not here: apt-get install libturbojpeg0.";

    public NeedsTurboJpegFactAttribute()
    {
        if (!JpegCodec.IsThere) Skip = Missing;
    }
}

/// <inheritdoc cref="NeedsTurboJpegFactAttribute"/>
public sealed class NeedsTurboJpegTheoryAttribute : TheoryAttribute
{
    public NeedsTurboJpegTheoryAttribute()
    {
        if (!JpegCodec.IsThere) Skip = NeedsTurboJpegFactAttribute.Missing;
    }
}
