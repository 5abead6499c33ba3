using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A column of a row class: its member, its name, and a type that the member can hold.</summary>
internal sealed record RowColumn(MemberInfo Member, string Name, DataViewType Type, DataViewSchema.Annotations Annotations)
{
    public Type MemberType => RowMembers.TypeOf(Member);

    public static RowColumn[] Of(Type rowType, SchemaDefinition.Direction direction, SchemaDefinition definition = null) =>
        (definition ?? SchemaDefinition.Create(rowType, direction)).Select(column => Of(rowType, column)).ToArray();

    public static DataViewSchema Schema(IEnumerable<RowColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (RowColumn column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }

    /// <summary>The definition of <paramref name="rowType"/> with the types and annotations of <paramref name="schema"/>.</summary>
    public static SchemaDefinition Definition(Type rowType, DataViewSchema schema)
    {
        SchemaDefinition definition = SchemaDefinition.Create(rowType, SchemaDefinition.Direction.Read);
        foreach (DataViewSchema.Column column in schema)
        {
            SchemaDefinition.Column found = definition[column.Name] ?? throw Contracts.Except($"Type should contain a member named {column.Name}");
            found.ColumnType = column.Type;
            found.CopyAnnotations(column.Annotations);
        }
        return definition;
    }

    private static RowColumn Of(Type rowType, SchemaDefinition.Column column)
    {
        MemberInfo member = (MemberInfo)rowType.GetField(column.MemberName) ?? rowType.GetProperty(column.MemberName);
        Contracts.CheckParam(member is not null, "userSchemaDefinition", $"No field or property with name '{column.MemberName}' found in type '{rowType.FullName}'");
        RowMembers.CheckedShape(member, out bool isVector, out Type itemType);
        string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        DataViewType type = column.ColumnType ?? RowMembers.ColumnType(member);
        Contracts.CheckParam(
            isVector == type is VectorDataViewType,
            "userSchemaDefinition",
            $"Column '{name}' is supposed to be {(isVector ? "scalar" : "vector")}, but type of associated field '{column.MemberName}' is {(isVector ? "vector" : "scalar")}");
        Contracts.CheckParam(
            type.ItemType().RawType == itemType,
            "userSchemaDefinition",
            $"Column '{name}' is supposed to have item type {type.ItemType().RawType}, but associated field has type {itemType}");
        return new RowColumn(member, name, type, column.Annotations);
    }
}
