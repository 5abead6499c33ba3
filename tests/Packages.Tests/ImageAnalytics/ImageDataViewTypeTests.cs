using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Packages.Tests.ImageAnalytics;

public class ImageDataViewTypeTests
{
    [Fact]
    public void Types_of_the_same_size_are_equal()
    {
        Assert.True(new ImageDataViewType(2, 3).Equals(new ImageDataViewType(2, 3)));
        Assert.Equal(new ImageDataViewType(2, 3).GetHashCode(), new ImageDataViewType(2, 3).GetHashCode());
        Assert.False(new ImageDataViewType(2, 3).Equals(new ImageDataViewType(3, 2)));
        Assert.False(new ImageDataViewType(2, 3).Equals(new ImageDataViewType()));
        Assert.False(new ImageDataViewType().Equals(NumberDataViewType.Single));
    }

    [Fact]
    public void A_type_is_called_by_its_size()
    {
        Assert.Equal("Image", new ImageDataViewType().ToString());
        Assert.Equal("Image<2, 3>", new ImageDataViewType(2, 3).ToString());
        Assert.Equal(typeof(MLImage), new ImageDataViewType().RawType);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(50_000, 50_000)]
    public void A_size_that_no_picture_has_is_refused(int height, int width) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageDataViewType(height, width));

    [Fact]
    public void Rows_with_pictures_become_a_column_of_pictures()
    {
        MLContext ml = new(seed: 1);
        using var image = MLImage.CreateFromPixels(1, 2, MLPixelFormat.Bgra32, new byte[8]);

        IDataView data = ml.Data.LoadFromEnumerable([new Row { Any = image, Sized = image }]);

        Assert.Equal(["Image", "Image<2, 1>"], data.Schema.Select(column => column.Type.ToString()));
        Assert.Same(image, ml.Data.CreateEnumerable<Row>(data, reuseRowObject: false).Single().Sized);
    }

    private sealed class Row
    {
        [ImageType]
        public MLImage? Any { get; set; }

        [ImageType(2, 1)]
        public MLImage? Sized { get; set; }
    }
}
