namespace MLTransfer.Data.Cards;

/// <summary>A text file that names the images of a split, one a line.</summary>
/// <param name="Split">The split.</param>
/// <param name="File">The text file, in the unpacked data set.</param>
/// <param name="Line">A regular expression that finds <c>label</c> and <c>name</c> in a line; lines without them are no images.</param>
/// <param name="Image">The image's file in the unpacked data set, with <c>{label}</c> and <c>{name}</c> to be filled in.</param>
public sealed record DatasetList(string Split, string File, string Line, string Image);
