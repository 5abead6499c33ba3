using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Makes the values of keys, which the columns carry as annotations.</summary>
public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    internal KeyToValueMappingEstimator(ColumnPair[] pairs)
        : base(new KeyToValueMappingTransformer(pairs))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema.With(Transformer.Pairs.Select(pair =>
    {
        SchemaShape.Column source = ColumnPair.Find(inputSchema, pair.Input);
        if (!source.IsKey)
            throw Contracts.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input, "KeyType", source.TypeText);
        Contracts.CheckParam(
            source.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out SchemaShape.Column values),
            nameof(inputSchema),
            $"Input column '{pair.Input}' doesn't contain key values metadata");
        SchemaShape annotations = source.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out SchemaShape.Column slotNames) ? new SchemaShape([slotNames]) : null;
        return new SchemaShape.Column(pair.Output, source.Kind, values.ItemType, values.IsKey, annotations);
    }));
}
