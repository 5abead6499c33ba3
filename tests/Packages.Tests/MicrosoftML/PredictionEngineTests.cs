using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void One_object_goes_in_and_one_comes_out()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Flower, Outcome>(Model());
        Outcome rose = engine.Predict(new Flower { Name = "rose", Height = 4, Petal = [7, 8] });
        Assert.Equal((8f, 1u, "rose"), (rose.Double, rose.Key, rose.Back));
        Assert.Equal([7f, 8f], rose.Petal);
        Outcome lily = engine.Predict(new Flower { Name = "lily", Height = 1 });
        Assert.Equal((2f, 2u, "lily"), (lily.Double, lily.Key, lily.Back));
        Assert.Equal((8f, 1u), (rose.Double, rose.Key));
    }

    [Fact]
    public void A_prediction_can_be_filled_again()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Flower, Outcome>(Model());
        Outcome outcome = engine.Predict(new Flower { Height = 4 });
        Outcome same = outcome;
        engine.Predict(new Flower { Height = 5 }, ref outcome);
        Assert.Same(same, outcome);
        Assert.Equal(10f, outcome.Double);
    }

    [Fact]
    public void It_says_what_it_puts_out()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Flower, Outcome>(Model());
        Assert.Equal(["Name", "Height", "Petal", "Colour", "Double", "Key", "Back"], engine.OutputSchema.Select(column => column.Name));
    }

    [Fact]
    public void Members_without_a_column_are_left_alone_unless_that_is_an_error()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Flower, WithMore>(Model());
        Assert.Equal("as it was", engine.Predict(new Flower()).More);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Flower, WithMore>(Model(), ignoreMissingColumns: false));
    }

    [Fact]
    public void An_input_without_the_column_the_model_needs_is_refused()
    {
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Height").Fit(_ml.Data.LoadFromEnumerable(Flower.Three()));
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Outcome, WithMore>(model));
        Assert.Contains("Could not find input column 'Height'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_no_map_of_rows_has_no_engine()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Flower, Outcome>(new DoublingTransformer(isRowToRow: false)));
        Assert.Contains("Must be a row to row mapper", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_cannot_be_predicted()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Flower, Outcome>(Model());
        Assert.Throws<ArgumentNullException>(() => engine.Predict(null!));
    }

    [Fact]
    public void It_disposes_the_model_it_owns()
    {
        var owned = new DoublingTransformer();
        _ml.Model.CreatePredictionEngine<Flower, Outcome>(owned).Dispose();
        Assert.True(owned.IsDisposed);
        var borrowed = new DoublingTransformer();
        _ml.Model.CreatePredictionEngine<Flower, Outcome>(borrowed, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.False(borrowed.IsDisposed);
    }

    [Fact]
    public void The_schema_of_the_data_gives_types_the_class_does_not_have()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Petal").Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<Unsized, Copied>(model, data.Schema);
        Assert.Equal("Vector<Single, 2>", engine.OutputSchema["Copy"].Type.ToString());
        Assert.Equal([1f, 2f], engine.Predict(new Unsized { Petal = [1, 2] }).Copy);
    }

    private TransformerChain<ITransformer> Model()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        ITransformer keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")).Fit(data);
        return new TransformerChain<ITransformer>(new DoublingTransformer(), keys);
    }

    private sealed class Outcome
    {
        public float Double { get; set; }

        public uint Key { get; set; }

        public string Back { get; set; } = "";

        public float[] Petal { get; set; } = [];
    }

    private sealed class WithMore
    {
        public string More { get; set; } = "as it was";
    }

    private sealed class Unsized
    {
        public string Name { get; set; } = "";

        public float Height { get; set; }

        public float[] Petal { get; set; } = [];

        public string Colour { get; set; } = "";
    }

    private sealed class Copied
    {
        public float[] Copy { get; set; } = [];
    }
}
