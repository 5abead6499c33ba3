using Microsoft.ML;
using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

public sealed class SchemaTests
{
    [Fact]
    public void Of_columns_with_one_name_the_last_is_found_and_the_others_are_hidden()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", TextDataViewType.Instance);
        builder.AddColumn("B", BooleanDataViewType.Instance);
        builder.AddColumn("A", NumberDataViewType.Int32);
        DataViewSchema schema = builder.ToSchema();
        Assert.Equal([true, false, false], schema.Select(column => column.IsHidden));
        Assert.Equal(2, schema["A"].Index);
        Assert.Equal("A: Int32", schema["A"].ToString());
    }

    [Fact]
    public void A_name_that_is_not_there_is_an_argument_out_of_range()
    {
        DataViewSchema schema = new DataViewSchema.Builder().ToSchema();
        Assert.Contains("Column 'A' not found", Assert.Throws<ArgumentOutOfRangeException>(() => schema["A"]).Message, StringComparison.Ordinal);
        Assert.Null(schema.GetColumnOrNull("A"));
        Assert.Throws<ArgumentOutOfRangeException>(() => schema[0]);
    }

    [Fact]
    public void Annotations_give_their_values_to_getters_of_the_right_type_only()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Kind", NumberDataViewType.Int32, 7);
        DataViewSchema.Annotations built = annotations.ToAnnotations();
        int value = 0;
        built.GetValue("Kind", ref value);
        Assert.Equal(7, value);
        float wrong = 0;
        Assert.Throws<InvalidOperationException>(() => built.GetValue("Kind", ref wrong));
        Assert.Throws<InvalidOperationException>(() => built.GetValue("Other", ref value));
        Assert.Throws<ArgumentException>(() => annotations.Add("Text", TextDataViewType.Instance, (ref int destination) => destination = 0));
    }

    [Fact]
    public void Equal_keys_and_vectors_are_equal_types()
    {
        Assert.Equal(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(uint), 3));
        Assert.NotEqual(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(ulong), 3));
        Assert.Equal("Key<UInt32, 0-2>", new KeyDataViewType(typeof(uint), 3).ToString());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 2, 3), new VectorDataViewType(NumberDataViewType.Byte, 2, 3));
        Assert.NotEqual(new VectorDataViewType(NumberDataViewType.Byte, 2, 3), new VectorDataViewType(NumberDataViewType.Byte, 3, 2));
        Assert.Equal("Vector<Byte, 2, 3>", new VectorDataViewType(NumberDataViewType.Byte, 2, 3).ToString());
        Assert.False(new VectorDataViewType(NumberDataViewType.Byte).IsKnownSize);
    }

    [Theory]
    [InlineData(typeof(int), 3ul)]
    [InlineData(typeof(byte), 256ul)]
    [InlineData(typeof(uint), 0ul)]
    public void A_key_type_that_cannot_be_is_refused(Type type, ulong count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(type, count));
}
