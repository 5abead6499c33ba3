using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Marks a member of a row class as a column of pictures.</summary>
public sealed class ImageTypeAttribute : DataViewTypeAttribute
{
    private readonly int _height;
    private readonly int _width;

    public ImageTypeAttribute()
    {
    }

    public ImageTypeAttribute(int height, int width)
    {
        if (width <= 0)
            throw new ArgumentOutOfRangeException(nameof(width), "Should be positive number");
        if (height <= 0)
            throw new ArgumentOutOfRangeException(nameof(height), "Should be positive number");
        (_height, _width) = (height, width);
    }

    public override bool Equals(DataViewTypeAttribute other) =>
        other is ImageTypeAttribute image && (_height, _width) == (image._height, image._width);

    public override int GetHashCode() => HashCode.Combine(_height, _width);

    public override void Register() =>
        DataViewTypeManager.Register(_height == 0 ? new ImageDataViewType() : new ImageDataViewType(_height, _width), typeof(MLImage), this);
}
