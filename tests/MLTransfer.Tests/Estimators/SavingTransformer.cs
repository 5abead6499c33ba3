using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Tests.Estimators;

/// <summary>A transformer that can only be saved, as what a test says.</summary>
internal sealed class SavingTransformer(Action<ModelSaveContext> save) : ITransformer
{
    public bool IsRowToRowMapper => false;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => throw new NotSupportedException();

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

    public IDataView Transform(IDataView input) => throw new NotSupportedException();

    public void Save(ModelSaveContext ctx) => save(ctx);
}
