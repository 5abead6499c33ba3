using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Estimators;

namespace MLTransfer.Tests.Estimators;

public sealed class ModelFileTests
{
    [Fact]
    public void A_registered_transformer_comes_back_from_a_model_file()
    {
        MLContext loading = Registered();
        ITransformer loaded = loading.Model.Load(Saved(), out _);
        Assert.Equal(2.5f, Assert.IsType<AddingTransformer>(loaded).Addend);
    }

    [Fact]
    public void It_comes_back_from_within_a_chain_and_predicts()
    {
        MLContext ml = Registered();
        IDataView data = ml.Data.LoadFromEnumerable([new Example { Number = 1, Name = "one" }]);
        ITransformer model = ml.Transforms.Conversion.MapValueToKey("Key", "Name").Fit(data).Append(new AddingTransformer(0.5f));
        var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);

        MLContext loading = Registered();
        ITransformer loaded = loading.Model.Load(stream, out DataViewSchema schema);
        Assert.Equal(["Number", "Name"], schema.Select(column => column.Name));
        using var engine = loading.Model.CreatePredictionEngine<Example, Prediction>(loaded);
        Prediction prediction = engine.Predict(new Example { Number = 3, Name = "one" });
        Assert.Equal((3.5f, 1u), (prediction.Sum, prediction.Key));
    }

    [Fact]
    public void Registering_again_changes_nothing()
    {
        MLContext ml = Registered();
        Register(ml);
        Assert.IsType<AddingTransformer>(ml.Model.Load(Saved(), out _));
    }

    [Fact]
    public void Without_registration_the_model_cannot_be_loaded() =>
        Assert.ThrowsAny<FormatException>(() => new MLContext().Model.Load(Saved(), out _));

    [Fact]
    public void A_model_file_without_our_stream_is_damaged()
    {
        MemoryStream stream = Saved();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            archive.Entries.Single(entry => entry.Name == "Addend.bin").Delete();
        stream.Position = 0;
        var thrown = Assert.Throws<TargetInvocationException>(() => Registered().Model.Load(stream, out _));
        Assert.Contains("Addend.bin", Assert.IsType<InvalidDataException>(thrown.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_a_newer_format_is_refused()
    {
        var stream = new MemoryStream();
        new MLContext().Model.Save(new AddingTransformer(1, AddingTransformer.Format with { Written = 3, Readable = 3 }), null, stream);
        var thrown = Assert.Throws<InvalidOperationException>(() => Registered().Model.Load(stream, out _));
        Assert.IsType<FormatException>(thrown.GetBaseException());
    }

    [Fact]
    public void The_seed_of_the_context_is_that_of_its_catalogs()
    {
        var ml = new MLContext(seed: 17);
        Assert.Equal(17, MLNetInternals.Seed(ml));
        Assert.Equal(17, MLNetInternals.Seed(MLNetInternals.Environment(ml.MulticlassClassification.Trainers)));
        Assert.Null(MLNetInternals.Seed(new MLContext()));
    }

    [Fact]
    public void A_column_of_a_promised_schema_says_what_it_was_told()
    {
        var slots = new SchemaShape([MLNetInternals
            .Column("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)]);
        SchemaShape.Column column = MLNetInternals
            .Column("Score", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, slots);
        Assert.Equal(("Score", SchemaShape.Column.VectorKind.Vector, false), (column.Name, column.Kind, column.IsKey));
        Assert.Same(NumberDataViewType.Single, column.ItemType);
        Assert.Equal("SlotNames", Assert.Single(column.Annotations).Name);
    }

    [Fact]
    public void A_column_without_a_name_is_refused_by_ML_NET_itself() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => MLNetInternals.Column("", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false));

    [Fact]
    public void Catalogs_give_the_environment_whose_catalog_of_components_the_context_has()
    {
        var ml = new MLContext();
        Assert.Same(ml.ComponentCatalog, MLNetInternals.Environment(ml.MulticlassClassification.Trainers).ComponentCatalog);
    }

    private static MLContext Registered()
    {
        var ml = new MLContext();
        Register(ml);
        return ml;
    }

    private static void Register(MLContext ml) =>
        ml.ComponentCatalog.RegisterAssembly(
            MLNetInternals.AssemblyOf(
                "Adding", new MLNetInternals.Loadable(
                    typeof(AddingTransformer), typeof(AddingTransformer), "Adding", AddingTransformer.Format)));

    private static MemoryStream Saved()
    {
        var stream = new MemoryStream();
        new MLContext().Model.Save(new AddingTransformer(2.5f), null, stream);
        stream.Position = 0;
        return stream;
    }

    private sealed class Example
    {
        public float Number { get; set; }

        public string Name { get; set; } = "";
    }

    private sealed class Prediction
    {
        public float Sum { get; set; }

        public uint Key { get; set; }
    }
}
