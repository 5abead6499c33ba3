using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Loads data from objects, reads it back into objects, filters and splits it.</summary>
public sealed partial class DataOperationsCatalog : IInternalCatalog
{
    private readonly Host _environment;

    internal DataOperationsCatalog(Host environment) => _environment = environment;

    IHostEnvironment IInternalCatalog.Environment => _environment;

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null)
        where TRow : class =>
        new StreamingDataView<TRow>(Contracts.CheckValue(data, nameof(data)), schemaDefinition);

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class =>
        new StreamingDataView<TRow>(Contracts.CheckValue(data, nameof(data)), RowColumn.Definition(typeof(TRow), Contracts.CheckValue(schema, nameof(schema))));

    public IEnumerable<TRow> CreateEnumerable<TRow>(IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false, SchemaDefinition schemaDefinition = null)
        where TRow : class, new() =>
        new RowReader<TRow>(Contracts.CheckValue(data, nameof(data)).Schema, ignoreMissingColumns, schemaDefinition).Read(data, reuseRowObject);

    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        Contracts.CheckValue(input, nameof(input));
        foreach (string name in columnsToPrefetch ?? [])
        {
            if (input.Schema.GetColumnOrNull(name) is null)
                throw Contracts.ExceptSchemaMismatch(nameof(columnsToPrefetch), "prefetch", name);
        }
        return new CachedDataView(input);
    }
}
