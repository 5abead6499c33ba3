using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>The two columns a model adds, by their names.</summary>
internal sealed record OutputColumns(string Score, string PredictedLabel)
{
    private const string SlotNames = "SlotNames";
    private const string KeyValues = "KeyValues";

    /// <summary>What is promised before any class is known.</summary>
    /// <param name="label">The label column: predictions have classes of its type.</param>
    public IEnumerable<SchemaShape.Column> Shapes(SchemaShape.Column label)
    {
        const SchemaShape.Column.VectorKind scalar = SchemaShape.Column.VectorKind.Scalar, vector = SchemaShape.Column.VectorKind.Vector;
        SchemaShape Names(string name, DataViewType type) => new([MLNetInternals.Column(name, vector, type, isKey: false)]);
        DataViewType text = TextDataViewType.Instance;
        DataViewType labels = label.Annotations.Where(column => column.Name == KeyValues).Select(column => column.ItemType)
            .FirstOrDefault(text);
        yield return MLNetInternals.Column(Score, vector, NumberDataViewType.Single, isKey: false, Names(SlotNames, text));
        yield return MLNetInternals.Column(PredictedLabel, scalar, NumberDataViewType.UInt32, isKey: true, Names(KeyValues, labels));
    }

    /// <summary>The schema of the input with the two columns behind its own.</summary>
    public DataViewSchema AddTo(DataViewSchema input, IReadOnlyList<string> labels, LabelKind kind)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(Score, new VectorDataViewType(NumberDataViewType.Single, labels.Count), Slots(labels));
        builder.AddColumn(PredictedLabel, new KeyDataViewType(typeof(uint), labels.Count), kind.Annotation(labels));
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations Slots(IReadOnlyList<string> labels)
    {
        var names = new VBuffer<ReadOnlyMemory<char>>(labels.Count, [.. labels.Select(label => label.AsMemory())]);
        var builder = new DataViewSchema.Annotations.Builder();
        var type = new VectorDataViewType(TextDataViewType.Instance, labels.Count);
        builder.Add(SlotNames, type, (ref VBuffer<ReadOnlyMemory<char>> value) => names.CopyTo(ref value));
        return builder.ToAnnotations();
    }
}
