using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class ChainTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_chain_applies_its_transformers_in_order_and_knows_the_last()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        var estimator = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.CopyColumns("Again", "Key"));
        var model = estimator.Fit(data);
        Assert.Equal(2, model.Count());
        Assert.Same(model.Last(), model.LastTransformer);
        Assert.Equal([1u, 2u, 1u], model.Transform(data).GetColumn<uint>("Again"));
        Assert.Equal(["Name", "Height", "Petal", "Colour", "Key", "Again"], model.GetOutputSchema(data.Schema).Select(column => column.Name));
    }

    [Fact]
    public void A_column_made_anew_stands_after_the_one_it_hides()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        DataViewSchema schema = _ml.Transforms.Conversion.MapValueToKey("Name").Fit(data).GetOutputSchema(data.Schema);
        Assert.Equal(["Name", "Name", "Height", "Petal", "Colour"], schema.Select(column => column.Name));
        Assert.Equal((true, false), (schema[0].IsHidden, schema[1].IsHidden));
    }

    [Fact]
    public void A_wrong_column_is_found_before_the_first_row_is_read()
    {
        int read = 0;
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1).Select(_ =>
        {
            read++;
            return new Flower();
        }));
        var estimator = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.CopyColumns("Copy", "Nothing"));
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data));
        Assert.Contains("Could not find input column 'Nothing'", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, read);
    }

    [Fact]
    public void Transforming_reads_nothing_until_rows_are_asked_for()
    {
        int read = 0;
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 2).Select(_ =>
        {
            read++;
            return new Flower { Name = "rose" };
        }));
        var model = _ml.Transforms.CopyColumns("Copy", "Name").Fit(data);
        IDataView transformed = model.Transform(data);
        Assert.Equal(0, read);
        Assert.Equal(["rose", "rose"], transformed.GetColumn<string>("Copy"));
        Assert.Equal(2, read);
    }

    [Fact]
    public void A_transformer_for_training_only_takes_no_part_in_scoring()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        var model = _ml.Transforms.CopyColumns("A", "Name").Append(_ml.Transforms.CopyColumns("B", "Name"), TransformerScope.Training).Fit(data);
        Assert.Null(model.Transform(data).Schema.GetColumnOrNull("B"));
        Assert.NotNull(model.Transform(data, TransformerScope.Everything).Schema.GetColumnOrNull("B"));
        Assert.Single(model.GetModelFor(TransformerScope.Scoring));
    }

    [Fact]
    public void A_cache_checkpoint_reads_the_source_once_for_all_that_follows()
    {
        int read = 0;
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 2).Select(_ =>
        {
            read++;
            return new Flower { Name = "rose" };
        }));
        _ml.Transforms.CopyColumns("A", "Name").AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.Conversion.MapValueToKey("B", "A")).Append(_ml.Transforms.Conversion.MapValueToKey("C", "A")).Fit(data);
        Assert.Equal(2, read);
        Assert.Throws<InvalidOperationException>(() => new EstimatorChain<ITransformer>().AppendCacheCheckpoint(_ml));
    }

    [Fact]
    public void Columns_can_be_kept_and_dropped()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        Assert.Equal(["Height", "Name"], _ml.Transforms.SelectColumns("Height", "Name").Fit(data).Transform(data).Schema.Select(column => column.Name));
        IDataView dropped = _ml.Transforms.DropColumns("Height", "Petal").Fit(data).Transform(data);
        Assert.Equal(["Name", "Colour"], dropped.Schema.Select(column => column.Name));
        Assert.Equal(["red", "white", "pink"], dropped.GetColumn<string>("Colour"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.DropColumns("Nothing").Fit(data));
    }

    [Fact]
    public void What_an_estimator_learned_can_be_looked_at_when_it_is_fitted()
    {
        ITransformer? seen = null;
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").WithOnFitDelegate(learned => seen = learned).Fit(data);
        Assert.Same(model, seen);
    }
}
