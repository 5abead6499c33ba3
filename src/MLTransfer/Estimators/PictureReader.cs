using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Takes pictures and labels out of an <see cref="IDataView"/>: paths stay paths, pictures in memory are kept.</summary>
internal static class PictureReader
{
    /// <summary>All rows that have a label.</summary>
    public static PictureSet Read(IDataView data, string imageColumnName, string labelColumnName, IReadOnlyList<string> classes)
    {
        DataViewSchema.Column image = PictureColumn.Find(data.Schema, imageColumnName);
        using DataViewRowCursor cursor = data.GetRowCursor([image, data.Schema[labelColumnName]]);
        Func<PictureSource> picture = PictureColumn.Reader(cursor, image);
        Func<int> label = LabelColumn.Reader(cursor, data.Schema, labelColumnName, classes);
        var pictures = new List<PictureSource>();
        var labels = new List<int>();
        while (cursor.MoveNext())
        {
            int index = label();
            if (index < 0) continue;
            pictures.Add(picture());
            labels.Add(index);
        }

        return new PictureSet(pictures, labels);
    }
}
