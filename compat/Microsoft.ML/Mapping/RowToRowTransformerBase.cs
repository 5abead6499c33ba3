using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A transformer that makes one row of one row, whatever comes before and after.</summary>
public abstract class RowToRowTransformerBase : ITransformer
{
    private protected RowToRowTransformerBase()
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(Contracts.CheckValue(inputSchema, nameof(inputSchema))).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedDataView(Contracts.CheckValue(input, nameof(input)), Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(Contracts.CheckValue(inputSchema, nameof(inputSchema)));

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    /// <summary>Checks that this transformer can work on data of the schema, and says what it puts out.</summary>
    private protected abstract BoundMapper Bind(DataViewSchema inputSchema);

    private protected abstract void SaveModel(ModelSaveContext ctx);
}
