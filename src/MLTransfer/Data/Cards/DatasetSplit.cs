namespace MLTransfer.Data.Cards;

/// <summary>A part that a data set comes in.</summary>
/// <param name="Name">What its publishers call it; <c>all</c> where they do not divide it.</param>
public sealed record DatasetSplit(string Name)
{
    /// <summary>How many images it has; null where that is not known.</summary>
    public int? Images { get; init; }

    /// <summary>
    /// Where it lies in the unpacked data set: an image folder, or the file with the images; null where it lies in no place of its own.
    /// </summary>
    public string? Path { get; init; }
}
