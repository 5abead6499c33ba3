using MLTransfer.Errors;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>The limits beyond which a data set has a problem.</summary>
public sealed record InspectionOptions
{
    /// <summary>
    /// Images whose shorter side has fewer pixels are tiny, and are not searched for near duplicates. Default 32.
    /// </summary>
    public int SmallestSide { get; init; } = 32;

    /// <summary>The largest allowed ratio of images in the largest class to those in the smallest, above 0. Default 10.</summary>
    public double LargestImbalance { get; init; } = 10;

    /// <summary>The most bits, of 64, in which the perceptual hashes of near duplicates differ, 0 to 15. Default 6.</summary>
    public int NearDistance { get; init; } = 6;

    /// <summary>Least correlation of the gray levels of near duplicates, from 0 to 1. Default 0.97.</summary>
    public double NearCorrelation { get; init; } = 0.97;

    /// <summary>Most pixels, width × height, of an image; larger ones count as unreadable. Default 178,956,970.</summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>Number of images read in parallel. Default: the number of processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal InspectionOptions Checked() => Check.All(
        this,
        Check.Between(1, SmallestSide, 100_000),
        Check.Positive(LargestImbalance),
        Check.Between(0, NearDistance, 15),
        Check.Between(0.0, NearCorrelation, 1),
        Check.Positive(MaximumPixels),
        Check.Between(1, Threads, 1024));

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    internal bool IsTiny(ImageDimensions size) => Math.Min(size.Width, size.Height) < SmallestSide;
}
