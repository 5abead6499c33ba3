using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Estimators fitted one after the other, each on what the ones before make of the data.</summary>
public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    private readonly ChainLink[] _links;

    public readonly IEstimator<TLastTransformer> LastEstimator;

    public EstimatorChain()
        : this([])
    {
    }

    internal EstimatorChain(ChainLink[] links)
    {
        _links = links;
        LastEstimator = links.LastOrDefault()?.Estimator as IEstimator<TLastTransformer>;
    }

    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        GetOutputSchema(SchemaShape.Create(input.Schema));
        IDataView current = input;
        var transformers = new List<ITransformer>();
        foreach (ChainLink link in _links)
        {
            ITransformer transformer = link.Estimator.Fit(current);
            transformers.Add(transformer);
            current = transformer.Transform(current);
            if (link.CacheAfter && link != _links[^1])
                current = new CachedDataView(current);
        }
        return new TransformerChain<TLastTransformer>(transformers, _links.Select(link => link.Scope));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _links.Aggregate(inputSchema, (shape, link) => link.Estimator.GetOutputSchema(shape));

    public EstimatorChain<TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        Contracts.CheckValue(estimator, nameof(estimator));
        return new EstimatorChain<TNewTrans>([.. _links, new ChainLink(estimator, scope, false)]);
    }

    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        Contracts.CheckValue(env, nameof(env));
        if (_links.Length == 0)
            throw new InvalidOperationException("Current estimator chain has no estimator, can't append cache checkpoint.");
        return new EstimatorChain<TLastTransformer>([.. _links[..^1], _links[^1] with { CacheAfter = true }]);
    }
}

internal sealed record ChainLink(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter);
