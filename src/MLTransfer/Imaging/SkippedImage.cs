namespace MLTransfer.Imaging;

/// <summary>An image that could not be used.</summary>
/// <param name="Index">Its index in the data set.</param>
/// <param name="Name">Its path, or what its source calls it.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedImage(int Index, string Name, string Reason);
