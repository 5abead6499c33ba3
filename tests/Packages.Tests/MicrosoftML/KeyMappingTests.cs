using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Packages.Tests.MicrosoftML;

public sealed class KeyMappingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Values_are_numbered_in_the_order_of_their_first_occurrence()
    {
        IDataView data = Mapped(["b", "a", "b", "c"]);
        Assert.Equal([1u, 2u, 1u, 3u], data.GetColumn<uint>("Key"));
        Assert.Equal(["b", "a", "c"], KeyValues(data));
        Assert.Equal(new KeyDataViewType(typeof(uint), 3), data.Schema["Key"].Type);
        Assert.True(data.Schema["Key"].HasKeyValues());
    }

    [Fact]
    public void Or_in_the_order_of_their_values_by_character_code() =>
        Assert.Equal(["A", "Z", "a"], KeyValues(Mapped(["a", "Z", "A"], ValueToKeyMappingEstimator.KeyOrdinality.ByValue)));

    [Fact]
    public void Empty_text_is_missing_and_a_value_not_seen_has_no_key()
    {
        IDataView train = Load(["a", "", "b"]);
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(train);
        Assert.Equal([1u, 0u, 2u], model.Transform(train).GetColumn<uint>("Key"));
        Assert.Equal([0u, 2u], model.Transform(Load(["c", "b"])).GetColumn<uint>("Key"));
    }

    [Fact]
    public void No_more_keys_are_learned_than_the_maximum()
    {
        IDataView data = Load(["a", "b", "c"]);
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 2).Fit(data);
        Assert.Equal([1u, 2u, 0u], model.Transform(data).GetColumn<uint>("Key"));
    }

    [Fact]
    public void Numbers_keep_their_type_as_key_values_unless_text_is_asked_for()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        IDataView typed = _ml.Transforms.Conversion.MapValueToKey("Key", "Height").Fit(data).Transform(data);
        Assert.True(typed.Schema["Key"].HasKeyValues(NumberDataViewType.Single));
        IDataView text = _ml.Transforms.Conversion.MapValueToKey("Key", "Height", addKeyValueAnnotationsAsText: true).Fit(data).Transform(data);
        Assert.Equal(["1.5", "2.5", "0.5"], KeyValues(text));
    }

    [Fact]
    public void Keys_are_mapped_back_to_their_values()
    {
        IDataView data = Load(["b", "", "a"]);
        var chain = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"));
        Assert.Equal(["b", "", "a"], chain.Fit(data).Transform(data).GetColumn<string>("Back"));
    }

    [Fact]
    public void Given_keys_are_taken_instead_of_learning()
    {
        IDataView data = Load(["b", "a"]);
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: Load(["x", "a", "b"])).Fit(data);
        Assert.Equal([3u, 2u], model.Transform(data).GetColumn<uint>("Key"));
    }

    [Fact]
    public void Each_value_of_a_vector_has_its_key()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        IDataView mapped = _ml.Transforms.Conversion.MapValueToKey("Key", "Petal").Fit(data).Transform(data);
        Assert.Equal([1u, 2u], mapped.GetColumn<uint[]>("Key").First());
        Assert.Equal("Vector<Key<UInt32, 0-5>, 2>", mapped.Schema["Key"].Type.ToString());
    }

    [Fact]
    public void A_missing_input_column_is_told_by_its_name()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.Conversion.MapValueToKey("Key", "Nothing").Fit(Load(["a"])));
        Assert.Contains("Could not find input column 'Nothing'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_keys_with_values_can_be_mapped_back()
    {
        var chain = new EstimatorChain<ITransformer>().Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Text"));
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(Load(["a"])));
        Assert.Contains("Schema mismatch for input column 'Text': expected KeyType, got String", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => _ml.Transforms.Conversion.MapKeyToValue("Back", "Text").Fit(Load(["a"])));
    }

    private static string[] KeyValues(IDataView data)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        data.Schema["Key"].GetKeyValues(ref values);
        return values.DenseValues().Select(value => value.ToString()).ToArray();
    }

    private IDataView Mapped(string[] texts, ValueToKeyMappingEstimator.KeyOrdinality ordinality = ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence)
    {
        IDataView data = Load(texts);
        return _ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyOrdinality: ordinality).Fit(data).Transform(data);
    }

    private IDataView Load(string[] texts) => _ml.Data.LoadFromEnumerable(texts.Select(text => new Row { Text = text }).ToArray());

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}
