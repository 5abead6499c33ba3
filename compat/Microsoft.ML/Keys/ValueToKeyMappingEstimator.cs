using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns the values of columns and numbers them.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly IHost _host;
    private readonly ColumnPair[] _pairs;
    private readonly KeyMappingOptions _options;
    private readonly IDataView _keyData;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, ColumnPair[] pairs, KeyMappingOptions options, IDataView keyData)
    {
        _host = env.Register(nameof(ValueToKeyMappingEstimator));
        Contracts.CheckParam(
            keyData is null || keyData.Schema.Count == 1,
            nameof(keyData),
            $"If specified, this data view should contain only a single column containing the terms to map, but this had {keyData?.Schema.Count} columns.");
        _pairs = pairs;
        _options = options;
        _keyData = keyData;
    }

    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }

    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        using IChannel channel = _host.Start("Training");
        KeyMap[] maps = _pairs.Select(pair => Learn(input, ColumnPair.Find(input.Schema, pair.Input))).ToArray();
        return new ValueToKeyMappingTransformer(_pairs, maps);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema.With(_pairs.Select(pair =>
    {
        SchemaShape.Column source = ColumnPair.Find(inputSchema, pair.Input);
        if (!source.ItemType.IsStandardScalar())
            throw Contracts.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input);
        DataViewType valueType = _options.ValuesAsText ? TextDataViewType.Instance : source.ItemType;
        var annotations = new List<SchemaShape.Column> { new(AnnotationKinds.KeyValues, SchemaShape.Column.VectorKind.Vector, valueType, false) };
        if (source.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out SchemaShape.Column slotNames))
            annotations.Insert(0, slotNames);
        return new SchemaShape.Column(pair.Output, source.Kind, NumberDataViewType.UInt32, true, new SchemaShape(annotations));
    }));

    private KeyMap Learn(IDataView input, DataViewSchema.Column source)
    {
        Contracts.CheckParam(_options.MaximumNumberOfKeys > 0, "MaxNumTerms", "Must be positive");
        KeyMap.CheckType(source);
        if (_keyData is null)
            return KeyMap.Learn(input, source, _options);
        DataViewSchema.Column keys = _keyData.Schema[0];
        Contracts.CheckParam(keys.Type.Equals(source.Type.ItemType()), "keyData", $"Input data's column must be of type '{source.Type.ItemType()}' but was '{keys.Type}'");
        return KeyMap.Learn(_keyData, keys, _options with { MaximumNumberOfKeys = int.MaxValue });
    }
}

internal sealed record KeyMappingOptions(int MaximumNumberOfKeys, ValueToKeyMappingEstimator.KeyOrdinality Ordinality, bool ValuesAsText);
