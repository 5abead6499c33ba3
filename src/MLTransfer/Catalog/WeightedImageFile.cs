namespace MLTransfer.Catalog;

/// <summary>A row of a data set with weights.</summary>
public sealed class WeightedImageFile
{
    /// <summary>The image's file, or its place in a file that holds many.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>The class.</summary>
    public string Label { get; set; } = "";

    /// <summary>What the image counts for in training; 1 is usual.</summary>
    public float Weight { get; set; } = 1;
}
