namespace MLTransfer.Catalog;

/// <summary>A row of labeled images with weights.</summary>
public sealed class WeightedImageFile
{
    /// <summary>The image's file, or its path in a file of many images.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>The class.</summary>
    public string Label { get; set; } = "";

    /// <summary>The weight of the image in training. Default: 1.</summary>
    public float Weight { get; set; } = 1;
}
