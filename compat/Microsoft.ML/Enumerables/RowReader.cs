using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Fills objects of a class from rows of a schema; the two are matched once, before the first row.</summary>
internal sealed class RowReader<TRow>
    where TRow : class, new()
{
    private readonly List<(DataViewSchema.Column Source, RowColumn Target)> _pairs = [];

    public RowReader(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        foreach (RowColumn target in RowColumn.Of(typeof(TRow), SchemaDefinition.Direction.Write, definition))
        {
            if (schema.GetColumnOrNull(target.Name) is not { } source)
            {
                if (ignoreMissingColumns)
                    continue;
                throw Contracts.ExceptSchemaMismatch("Schema", string.Empty, target.Name);
            }
            RowMembers.Shape(target.MemberType, out bool isVector, out Type itemType);
            Contracts.Check(
                isVector == source.Type is VectorDataViewType && itemType == source.Type.ItemType().RawType,
                $"Can't bind the IDataView column '{target.Name}' of type '{source.Type}' to field or property '{target.Member.Name}' of type '{target.MemberType.FullName}'.");
            _pairs.Add((source, target));
        }
    }

    public IEnumerable<DataViewSchema.Column> Sources => _pairs.Select(pair => pair.Source);

    public Action<TRow> Filler(DataViewRow row)
    {
        Action<TRow>[] setters = _pairs.Select(pair => ObjectSetter.Of<TRow>(row, pair.Source, pair.Target)).ToArray();
        return target =>
        {
            foreach (Action<TRow> setter in setters)
                setter(target);
        };
    }

    public IEnumerable<TRow> Read(IDataView data, bool reuseRowObject)
    {
        using DataViewRowCursor cursor = data.GetRowCursor(Sources);
        Action<TRow> fill = Filler(cursor);
        TRow row = null;
        while (cursor.MoveNext())
        {
            if (row is null || !reuseRowObject)
                row = new TRow();
            fill(row);
            yield return row;
        }
    }
}
