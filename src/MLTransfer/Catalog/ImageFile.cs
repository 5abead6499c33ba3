namespace MLTransfer;

/// <summary>A row of an image folder: an image's path and its class.</summary>
public sealed class ImageFile
{
    /// <summary>The image's file.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>The class: the name of the sub-folder that the file lies in.</summary>
    public string Label { get; set; } = "";
}
