using System.Collections;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Transformers applied one after the other.</summary>
public sealed partial class TransformerChain<TLastTransformer> : ITransformer, ITransformerChain, IEnumerable<ITransformer>, IDisposable
    where TLastTransformer : class, ITransformer
{
    private readonly ITransformer[] _transformers;
    private readonly TransformerScope[] _scopes;
    private bool _disposed;

    public readonly TLastTransformer LastTransformer;

    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        _transformers = transformers?.ToArray() ?? [];
        _scopes = scopes?.ToArray() ?? [];
        LastTransformer = _transformers.LastOrDefault() as TLastTransformer;
        Contracts.Check((_transformers.Length > 0) == (LastTransformer is not null), $"The last transformer is not a {typeof(TLastTransformer)}.");
        Contracts.Check(_transformers.Length == _scopes.Length, "There must be one scope for each transformer.");
    }

    public TransformerChain(params ITransformer[] transformers)
        : this(transformers ?? [], (transformers ?? []).Select(_ => TransformerScope.Everything))
    {
    }

    bool ITransformer.IsRowToRowMapper => _transformers.All(transformer => transformer.IsRowToRowMapper);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope) =>
        InScope(scope).Aggregate(Contracts.CheckValue(inputSchema, nameof(inputSchema)), (schema, transformer) => transformer.GetOutputSchema(schema));

    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    public IDataView Transform(IDataView input, TransformerScope scope)
    {
        // A mistake in the schema shows before the first transformer does anything.
        GetOutputSchema(Contracts.CheckValue(input, nameof(input)).Schema, scope);
        return InScope(scope).Aggregate(input, (data, transformer) => transformer.Transform(data));
    }

    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter) =>
        new(InScope(scopeFilter), _scopes.Where(scope => (scope & scopeFilter) != TransformerScope.None));

    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer =>
        new([.. _transformers, Contracts.CheckValue(transformer, nameof(transformer))], [.. _scopes, scope]);

    public IEnumerator<ITransformer> GetEnumerator() => _transformers.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Contracts.CheckValue(inputSchema, nameof(inputSchema));
        Contracts.Check(
            ((ITransformer)this).IsRowToRowMapper,
            $"{nameof(ITransformer.GetRowToRowMapper)} method called despite {nameof(ITransformer.IsRowToRowMapper)} being false.");
        var mappers = new List<IRowToRowMapper>();
        foreach (ITransformer transformer in _transformers)
            mappers.Add(transformer.GetRowToRowMapper(mappers.LastOrDefault()?.OutputSchema ?? inputSchema));
        return new CompositeRowToRowMapper(inputSchema, mappers);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (IDisposable transformer in _transformers.OfType<IDisposable>())
            transformer.Dispose();
    }

    private IEnumerable<ITransformer> InScope(TransformerScope wanted) =>
        _transformers.Where((_, index) => (_scopes[index] & wanted) != TransformerScope.None);
}

/// <summary>A chain, whatever its last transformer is.</summary>
internal interface ITransformerChain
{
    IDataView Transform(IDataView input, TransformerScope scope);
}
