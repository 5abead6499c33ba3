using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class CustomTransformerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_transformer_of_another_assembly_stands_anywhere_in_a_chain()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        ITransformer first = _ml.Transforms.CopyColumns("Copy", "Height").Fit(data);
        ITransformer last = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Fit(data);
        var chain = new TransformerChain<ITransformer>(first, new DoublingTransformer(), last);
        IDataView transformed = chain.Transform(data);
        Assert.Equal([3f, 5f, 1f], transformed.GetColumn<float>("Double"));
        Assert.Equal([1u, 2u, 1u], transformed.GetColumn<uint>("Key"));
        Assert.Equal(["Name", "Height", "Petal", "Colour", "Copy", "Double", "Key"], transformed.Schema.Select(column => column.Name));
    }

    [Fact]
    public void Its_data_can_be_cached_shuffled_and_read_into_objects()
    {
        IDataView data = new DoublingTransformer().Transform(_ml.Data.LoadFromEnumerable(Flower.Three()));
        Assert.Equal([3f, 5f, 1f], _ml.Data.Cache(data).GetColumn<float>("Double"));
        Assert.Equal([1f, 3f, 5f], _ml.Data.ShuffleRows(data, seed: 1).GetColumn<float>("Double").Order());
        Assert.Equal([3f, 5f, 1f], _ml.Data.CreateEnumerable<Doubled>(data, reuseRowObject: false).Select(row => row.Double));
    }

    [Fact]
    public void A_chain_disposes_its_transformers()
    {
        var doubling = new DoublingTransformer();
        new TransformerChain<ITransformer>(doubling).Dispose();
        Assert.True(doubling.IsDisposed);
    }

    private sealed class Doubled
    {
        public float Double { get; set; }
    }
}
