using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads labels and scores and counts: rows without a label, with a label that is no class number, or with scores that are not finite are left out.</summary>
internal static class MulticlassEvaluation
{
    public static MulticlassClassificationMetrics Of(IDataView data, string labelName, string scoreName, string predictedLabelName, int topK)
    {
        DataViewSchema.Column label = Find(data.Schema, labelName, "Label");
        DataViewSchema.Column score = Find(data.Schema, scoreName, "Score");
        Find(data.Schema, predictedLabelName, "PredictedLabel");
        if (score.Type is not VectorDataViewType { Size: >= 2 } scoreType || scoreType.ItemType != NumberDataViewType.Single)
            throw Contracts.ExceptSchemaMismatch("schema", "score", score.Name, "vector of two or more items of type Single", score.Type.ToString());
        if (label.Type != NumberDataViewType.Single && label.Type is not KeyDataViewType)
            throw Contracts.ExceptSchemaMismatch("schema", "label", label.Name, "Single or Key", label.Type.ToString());

        var counts = new MulticlassCounts(scoreType.Size);
        using DataViewRowCursor cursor = data.GetRowCursor([label, score]);
        Func<float> nextLabel = LabelReader(cursor, label);
        ValueGetter<VBuffer<float>> getScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        var dense = new float[scoreType.Size];
        while (cursor.MoveNext())
        {
            float actual = nextLabel();
            if (float.IsNaN(actual) || actual < 0 || actual != (int)actual)
                continue;
            getScores(ref scores);
            Contracts.Check(scores.Length == dense.Length, $"Expected {dense.Length} scores, but got {scores.Length}.");
            scores.CopyTo(dense);
            if (Array.TrueForAll(dense, float.IsFinite))
                counts.Add((int)actual, dense);
        }
        return counts.Metrics(ClassNames(score, scoreType.Size), topK);
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name) ?? throw Contracts.ExceptParam(nameof(schema), $"{name} column '{role}' not found");

    private static Func<float> LabelReader(DataViewRowCursor row, DataViewSchema.Column label)
    {
        if (label.Type is KeyDataViewType)
            return (Func<float>)GenericCall.Invoke(KeyReader<uint>, label.Type.RawType, row, label);
        ValueGetter<float> getter = row.GetGetter<float>(label);
        float value = 0;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    private static Func<float> KeyReader<TKey>(DataViewRow row, DataViewSchema.Column label)
    {
        ValueGetter<TKey> getter = row.GetGetter<TKey>(label);
        ulong count = label.Type.KeyCount();
        TKey value = default;
        return () =>
        {
            getter(ref value);
            ulong key = Convert.ToUInt64(value, null);
            return key > 0 && key <= count ? key - 1 : float.NaN;
        };
    }

    private static string[] ClassNames(DataViewSchema.Column score, int classes)
    {
        if (!score.HasSlotNames())
            return Enumerable.Range(0, classes).Select(index => index.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.ToString()).ToArray();
    }
}
