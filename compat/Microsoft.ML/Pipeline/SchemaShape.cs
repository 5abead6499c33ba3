using System.Collections;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>What can be said of a schema before there is data: names and kinds of columns, but not sizes.</summary>
public sealed partial class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private static readonly SchemaShape Nothing = new([]);

    private readonly Column[] _columns;

    public SchemaShape(IEnumerable<Column> columns)
    {
        _columns = Contracts.CheckValue(columns, nameof(columns)).ToArray();
        Contracts.CheckParam(_columns.All(column => column.IsValid), nameof(columns), "Some items are not initialized properly.");
    }

    public int Count => _columns.Length;

    public Column this[int index] => _columns[index];

    public IEnumerator<Column> GetEnumerator() => _columns.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static SchemaShape Create(DataViewSchema schema) =>
        new(Contracts.CheckValue(schema, nameof(schema))
            .Where(column => !column.IsHidden)
            .Select(column => Shape(column, new SchemaShape(column.Annotations.Schema.Select(annotation => Shape(annotation, null))))));

    internal bool TryFindColumn(string name, out Column column)
    {
        column = _columns.FirstOrDefault(candidate => candidate.Name == name);
        return column.IsValid;
    }

    /// <summary>These columns with <paramref name="added"/> in place of those of the same names, or after them.</summary>
    internal SchemaShape With(IEnumerable<Column> added)
    {
        var byName = _columns.ToDictionary(column => column.Name);
        foreach (Column column in added)
            byName[column.Name] = column;
        return new SchemaShape(byName.Values);
    }

    private static Column Shape(DataViewSchema.Column column, SchemaShape annotations)
    {
        DataViewType itemType = column.Type.ItemType();
        Column.VectorKind kind = column.Type switch
        {
            VectorDataViewType { IsKnownSize: true } => Column.VectorKind.Vector,
            VectorDataViewType => Column.VectorKind.VariableVector,
            _ => Column.VectorKind.Scalar,
        };
        return itemType is KeyDataViewType
            ? new Column(column.Name, kind, BuiltInTypes.Find(itemType.RawType), true, annotations)
            : new Column(column.Name, kind, itemType, false, annotations);
    }
}
