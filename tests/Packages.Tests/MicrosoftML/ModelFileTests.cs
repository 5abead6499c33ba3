using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_chain_comes_back_and_does_the_same()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        var model = Chain().Fit(data);
        ITransformer loaded = new MLContext().Model.Load(Saved(model, data.Schema), out _);
        IDataView expected = model.Transform(data);
        IDataView actual = loaded.Transform(data);
        Assert.Equal(expected.Schema.Select(column => column.ToString()), actual.Schema.Select(column => column.ToString()));
        Assert.Equal(expected.GetColumn<uint>("Key"), actual.GetColumn<uint>("Key"));
        Assert.Equal(expected.GetColumn<string>("Back"), actual.GetColumn<string>("Back"));
    }

    [Fact]
    public void So_do_keys_of_numbers_and_their_values()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Key", "Height").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")).Fit(data);
        ITransformer loaded = _ml.Model.Load(Saved(model, data.Schema), out _);
        Assert.Equal([1.5f, 2.5f, 0.5f], loaded.Transform(data).GetColumn<float>("Back"));
    }

    [Fact]
    public void The_schema_comes_back_with_its_annotations()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Flower));
        definition["Petal"].AddAnnotation("SlotNames", new[] { "length", "width" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Flower.Three(), definition).Schema;
        _ml.Model.Load(Saved(_ml.Transforms.CopyColumns("Copy", "Name").Fit(_ml.Data.LoadFromEnumerable(Flower.Three())), schema), out DataViewSchema loaded);
        Assert.Equal(schema.Select(column => column.ToString()), loaded.Select(column => column.ToString()));
        VBuffer<ReadOnlyMemory<char>> names = default;
        loaded["Petal"].GetSlotNames(ref names);
        Assert.Equal(["length", "width"], names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void A_model_without_a_schema_comes_back_without_one()
    {
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Name").Fit(_ml.Data.LoadFromEnumerable(Flower.Three()));
        Assert.NotNull(_ml.Model.Load(Saved(model, null), out DataViewSchema schema));
        Assert.Null(schema);
    }

    [Fact]
    public void Files_are_written_and_read_by_path()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
            _ml.Model.Save(Chain().Fit(data), data.Schema, path);
            Assert.NotNull(_ml.Model.Load(path, out DataViewSchema schema));
            Assert.Equal(data.Schema.Count, schema.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_model_and_the_schema_have_the_entries_ML_NET_looks_for()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        using var archive = new ZipArchive(Saved(Chain().Fit(data), data.Schema));
        string[] names = archive.Entries.Select(entry => entry.FullName.Replace('\\', '/')).ToArray();
        Assert.Contains("Schema", names);
        Assert.Contains("TransformerChain/Model.key", names);
        Assert.Contains("TransformerChain/Transform_000/Model.key", names);
        Assert.Contains("TransformerChain/Transform_001/Model.key", names);
    }

    [Fact]
    public void A_file_that_is_no_archive_or_is_cut_short_is_a_format_error()
    {
        Assert.Throws<FormatException>(() => _ml.Model.Load(new MemoryStream(Encoding.UTF8.GetBytes("no model at all")), out _));
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        byte[] whole = Saved(Chain().Fit(data), data.Schema).ToArray();
        Assert.Throws<FormatException>(() => _ml.Model.Load(new MemoryStream(whole[..(whole.Length / 2)]), out _));
    }

    [Fact]
    public void An_archive_without_a_model_is_an_invalid_operation()
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("readme.txt");
        stream.Position = 0;
        Assert.Throws<InvalidOperationException>(() => _ml.Model.Load(stream, out _));
    }

    [Fact]
    public void A_model_whose_entries_are_cut_short_is_not_loaded()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        MemoryStream stream = Saved(Chain().Fit(data), data.Schema);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry entry = archive.Entries.Single(candidate => candidate.FullName.Replace('\\', '/') == "TransformerChain/Model.key");
            using Stream content = entry.Open();
            content.SetLength(content.Length / 2);
        }
        stream.Position = 0;
        Assert.Throws<FormatException>(() => _ml.Model.Load(stream, out _));
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_as_such() =>
        Assert.Throws<FileNotFoundException>(() => _ml.Model.Load(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), out _));

    private EstimatorChain<Microsoft.ML.Transforms.KeyToValueMappingTransformer> Chain() =>
        _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"));

    private MemoryStream Saved(ITransformer model, DataViewSchema? schema)
    {
        var stream = new MemoryStream();
        _ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return stream;
    }
}
