namespace MLTransfer;

/// <summary>A row of an image folder: a picture's path and its class.</summary>
public sealed class ImageFile
{
    /// <summary>The picture's file.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>The class: the name of the sub-folder that the file lies in.</summary>
    public string Label { get; set; } = "";
}
