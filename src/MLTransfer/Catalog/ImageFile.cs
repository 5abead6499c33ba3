namespace MLTransfer;

/// <summary>A row of labeled images: an image's path and its class.</summary>
public sealed class ImageFile
{
    /// <summary>The image's file, or its path in a file of many images, such as <c>images.zip!/ants/1.jpg</c>.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>The class; in an image folder, the name of the sub-folder.</summary>
    public string Label { get; set; } = "";
}
