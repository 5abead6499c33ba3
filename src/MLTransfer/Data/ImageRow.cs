namespace MLTransfer.Data;

/// <summary>An image of a data set.</summary>
/// <param name="ImagePath">Its file, or its place in a file that holds many: <c>images.zip!/ants/1.jpg</c>.</param>
/// <param name="Label">Its class.</param>
/// <param name="Split">The split it belongs to, such as <c>train</c>, <c>val</c> or <c>test</c>; null where the data set has none.</param>
/// <param name="Weight">What it counts for in training, where the data set says so.</param>
public sealed record ImageRow(string ImagePath, string Label, string? Split = null, float? Weight = null);
