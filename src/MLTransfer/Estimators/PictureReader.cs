using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Takes pictures and labels out of an <see cref="IDataView"/>: paths stay paths, pictures in memory are kept.</summary>
internal static class PictureReader
{
    /// <summary>All rows that have a label.</summary>
    public static PictureSet Read(IDataView data, string imageColumnName, string labelColumnName, IReadOnlyList<string> classes, string? weightColumnName = null)
    {
        DataViewSchema.Column image = PictureColumn.Find(data.Schema, imageColumnName);
        using DataViewRowCursor cursor = data.GetRowCursor([image, data.Schema[labelColumnName], .. weightColumnName is null ? [] : new[] { WeightColumn.Find(data.Schema, weightColumnName) }]);
        Func<PictureSource> picture = PictureColumn.Reader(cursor, image);
        Func<int> label = LabelColumn.Reader(cursor, data.Schema, labelColumnName, classes);
        var pictures = new List<PictureSource>();
        var labels = new List<int>();
        Func<float>? weight = weightColumnName is null ? null : WeightColumn.Reader(cursor, weightColumnName);
        List<float>? weights = weight is null ? null : [];
        while (cursor.MoveNext())
        {
            int index = label();
            if (index < 0) continue;
            pictures.Add(picture());
            labels.Add(index);
            if (weight is not null) weights!.Add(weight());
        }

        return new PictureSet(pictures, labels, weights);
    }
}
