using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class EnumerableTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Members_become_columns_with_their_names_and_types()
    {
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Flower.Three()).Schema;
        Assert.Equal(["Name", "Height", "Petal", "Colour"], schema.Select(column => column.Name));
        Assert.Same(TextDataViewType.Instance, schema["Name"].Type);
        Assert.Same(NumberDataViewType.Single, schema["Height"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 2), schema["Petal"].Type);
        Assert.Equal("Vector<Single, 2>", schema["Petal"].Type.ToString());
    }

    [Fact]
    public void Rows_come_back_as_they_went_in()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        Flower[] back = _ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: false).ToArray();
        Assert.Equal(Flower.Three().Select(Text), back.Select(Text));
        Assert.Equal(3, data.GetRowCount());
    }

    [Fact]
    public void One_object_is_filled_again_where_that_is_asked_for()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flower.Three());
        Assert.Single(_ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: true).ToArray().Distinct());
        Assert.Equal(3, _ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: false).ToArray().Distinct().Count());
    }

    [Fact]
    public void The_enumerable_is_read_when_rows_are_and_as_often()
    {
        int read = 0;
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(_ =>
        {
            read++;
            return new Flower();
        }));
        IEnumerable<Flower> rows = _ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: false);
        Assert.Equal(0, read);
        Assert.NotNull(rows.First());
        Assert.Equal(1, read);
        Assert.Equal(3, rows.Count());
        Assert.Equal(4, read);
    }

    [Fact]
    public void A_missing_column_is_an_error_before_the_first_row_unless_it_may_be_missing()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new OnlyName { Name = "rose" } });
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: false));
        Assert.Contains("Could not find  column 'Height'", thrown.Message, StringComparison.Ordinal);
        Flower row = Assert.Single(_ml.Data.CreateEnumerable<Flower>(data, reuseRowObject: false, ignoreMissingColumns: true));
        Assert.Equal(("rose", 0f), (row.Name, row.Height));
    }

    [Fact]
    public void A_column_of_another_type_cannot_be_bound()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new OnlyName { Name = "rose" } });
        var thrown = Assert.Throws<InvalidOperationException>(() => _ml.Data.CreateEnumerable<NameAsNumber>(data, reuseRowObject: false));
        Assert.Contains("Can't bind the IDataView column 'Name' of type 'String' to field or property 'Name' of type 'System.Single'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_a_type_that_no_column_can_have_is_refused()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new WithObject() }));
        Assert.Contains("Could not determine an IDataView type and registered custom types for member Anything", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_row_is_refused_when_it_is_reached()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new OnlyName(), null! });
        Assert.Throws<InvalidOperationException>(() => _ml.Data.CreateEnumerable<OnlyName>(data, reuseRowObject: false).ToArray());
    }

    [Fact]
    public void Key_members_count_from_0_and_key_columns_from_1()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new WithKey { Class = 0 }, new WithKey { Class = 2 }, new WithKey { Class = 3 } });
        Assert.Equal(new KeyDataViewType(typeof(uint), 3), data.Schema["Class"].Type);
        Assert.Equal([1u, 3u, 0u], data.GetColumn<uint>("Class"));
    }

    [Fact]
    public void A_definition_can_name_a_column_and_annotate_it()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Flower));
        definition["Petal"].AddAnnotation("SlotNames", new[] { "length", "width" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        definition["Height"].ColumnName = "Size";
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Flower.Three(), definition).Schema;
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Petal"].GetSlotNames(ref names);
        Assert.True(schema["Petal"].HasSlotNames());
        Assert.Equal(["length", "width"], names.DenseValues().Select(name => name.ToString()));
        Assert.Null(schema.GetColumnOrNull("Height"));
        Assert.NotNull(schema.GetColumnOrNull("Size"));
    }

    [Fact]
    public void A_schema_of_other_data_gives_sizes_the_class_does_not_have()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Values", new VectorDataViewType(NumberDataViewType.Single, 3));
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Unsized { Values = [1, 2, 3] } }, builder.ToSchema());
        Assert.Equal("Vector<Single, 3>", data.Schema["Values"].Type.ToString());
        Assert.Equal([1f, 2f, 3f], Assert.Single(data.GetColumn<float[]>("Values")));
    }

    private static string Text(Flower flower) => $"{flower.Name} {flower.Height} {string.Join(" ", flower.Petal)} {flower.Paint}";

    private sealed class OnlyName
    {
        public string Name { get; set; } = "";
    }

    private sealed class NameAsNumber
    {
        public float Name { get; set; }
    }

    private sealed class WithObject
    {
        public object? Anything { get; set; }
    }

    private sealed class WithKey
    {
        [KeyType(3)]
        public uint Class { get; set; }
    }

    private sealed class Unsized
    {
        public float[] Values { get; set; } = [];
    }
}
