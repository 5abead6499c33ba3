namespace Microsoft.ML;

/// <summary>Learns a transformer from data, and promises the shape of its output before that.</summary>
public interface IEstimator<out TTransformer>
    where TTransformer : ITransformer
{
    TTransformer Fit(IDataView input);

    SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
