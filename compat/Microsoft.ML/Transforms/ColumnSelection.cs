using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Which columns stay: those named, in that order, or all but those named.</summary>
internal sealed record ColumnSelection(string[] Names, bool Keeps, bool KeepHidden)
{
    public IEnumerable<DataViewSchema.Column> Of(DataViewSchema schema)
    {
        Check(schema.Select(column => column.Name));
        return Keeps
            ? Names.SelectMany(name => schema.Where(column => column.Name == name && (KeepHidden || !column.IsHidden)))
            : schema.Where(column => !Names.Contains(column.Name));
    }

    public SchemaShape Of(SchemaShape shape)
    {
        Check(shape.Select(column => column.Name));
        return new SchemaShape(shape.Where(column => Names.Contains(column.Name) == Keeps));
    }

    private void Check(IEnumerable<string> present)
    {
        string missing = string.Join(",", Names.Except(present));
        if (missing.Length > 0)
            throw Contracts.ExceptSchemaMismatch("inputSchema", "input", missing);
    }
}
