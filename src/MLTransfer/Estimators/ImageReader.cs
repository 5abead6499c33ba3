using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Takes images and labels out of an <see cref="IDataView"/>: paths stay paths, images in memory are kept.</summary>
internal static class ImageReader
{
    /// <summary>All rows that have a label.</summary>
    public static ImageSet Read(IDataView data, string imageColumnName, string labelColumnName, IReadOnlyList<string> classes,
        string? weightColumnName = null)
    {
        DataViewSchema.Column column = ImageColumn.Find(data.Schema, imageColumnName);
        using DataViewRowCursor cursor =
            data.GetRowCursor([column, data.Schema[labelColumnName],
            .. weightColumnName is null ? [] : new[] { WeightColumn.Find(data.Schema, weightColumnName) }]);
        Func<ImageSource> image = ImageColumn.Reader(cursor, column);
        Func<int> label = LabelColumn.Reader(cursor, data.Schema, labelColumnName, classes);
        var images = new List<ImageSource>();
        var labels = new List<int>();
        Func<float>? weight = weightColumnName is null ? null : WeightColumn.Reader(cursor, weightColumnName);
        List<float>? weights = weight is null ? null : [];
        while (cursor.MoveNext())
        {
            int index = label();
            if (index < 0) continue;
            images.Add(image());
            labels.Add(index);
            if (weight is not null) weights!.Add(weight());
        }

        return new ImageSet(images, labels, weights);
    }
}
