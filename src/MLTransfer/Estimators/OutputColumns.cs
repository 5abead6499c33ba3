using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>The two columns a model adds, by their names.</summary>
internal sealed record OutputColumns(string Score, string PredictedLabel)
{
    private const string SlotNames = "SlotNames";
    private const string KeyValues = "KeyValues";

    /// <summary>What is promised before any class is known.</summary>
    public IEnumerable<SchemaShape.Column> Shapes()
    {
        SchemaShape Names(string name) => new([ModelFile.Column(name, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]);
        yield return ModelFile.Column(Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, Names(SlotNames));
        yield return ModelFile.Column(PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, Names(KeyValues));
    }

    /// <summary>The schema of the input with the two columns behind its own.</summary>
    public DataViewSchema AddTo(DataViewSchema input, IReadOnlyList<string> labels)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(Score, new VectorDataViewType(NumberDataViewType.Single, labels.Count), Annotations(SlotNames, labels));
        builder.AddColumn(PredictedLabel, new KeyDataViewType(typeof(uint), labels.Count), Annotations(KeyValues, labels));
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations Annotations(string kind, IReadOnlyList<string> labels)
    {
        var names = new VBuffer<ReadOnlyMemory<char>>(labels.Count, [.. labels.Select(label => label.AsMemory())]);
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(kind, new VectorDataViewType(TextDataViewType.Instance, labels.Count), (ref VBuffer<ReadOnlyMemory<char>> value) => names.CopyTo(ref value));
        return builder.ToAnnotations();
    }
}
