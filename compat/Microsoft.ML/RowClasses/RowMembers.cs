using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The public fields and properties of a row class, and the column types they stand for.</summary>
internal static class RowMembers
{
    public static IEnumerable<MemberInfo> Of(Type rowType, SchemaDefinition.Direction direction)
    {
        Contracts.CheckValue(rowType, "userType");
        IEnumerable<MemberInfo> fields = rowType.GetFields(BindingFlags.Public | BindingFlags.Instance);
        IEnumerable<MemberInfo> properties = rowType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Where(property =>
                (direction.HasFlag(SchemaDefinition.Direction.Read) && property.GetGetMethod() is not null)
                || (direction.HasFlag(SchemaDefinition.Direction.Write) && property.GetSetMethod() is not null));
        return fields.Concat(properties)
            .Where(member => member.GetCustomAttribute<NoColumnAttribute>() is null && TypeOf(member) != typeof(IChannel));
    }

    public static Type TypeOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    /// <summary>Whether values of <paramref name="type"/> are vectors, and of what; the items of strings are text.</summary>
    public static void Shape(Type type, out bool isVector, out Type itemType)
    {
        isVector = type.IsArray || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>));
        itemType = !isVector ? type : type.IsArray ? type.GetElementType() : type.GetGenericArguments()[0];
        if (itemType == typeof(string))
            itemType = typeof(ReadOnlyMemory<char>);
    }

    public static void CheckedShape(MemberInfo member, out bool isVector, out Type itemType)
    {
        member.GetCustomAttribute<DataViewTypeAttribute>()?.Register();
        Shape(TypeOf(member), out isVector, out itemType);
        Contracts.CheckParam(
            BuiltInTypes.Knows(itemType) || DataViewTypeManager.TryFind(itemType, member, out _),
            "rawType",
            $"Could not determine an IDataView type and registered custom types for member {member.Name}");
    }

    public static DataViewType ColumnType(MemberInfo member)
    {
        CheckedShape(member, out bool isVector, out Type itemType);
        if (DataViewTypeManager.TryFind(itemType, member, out DataViewType registered))
            return registered;
        var key = member.GetCustomAttribute<KeyTypeAttribute>();
        Contracts.CheckParam(
            key is null || KeyDataViewType.IsValidDataType(itemType),
            "userType",
            $"Member {member.Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
        var vector = member.GetCustomAttribute<VectorTypeAttribute>();
        Contracts.CheckParam(
            vector is null || isVector,
            "userType",
            $"Member {member.Name} marked with {nameof(VectorTypeAttribute)}, but does not appear to be a vector type");
        PrimitiveDataViewType primitive = key is null ? BuiltInTypes.Find(itemType) : new KeyDataViewType(itemType, key.Count);
        if (!isVector)
            return primitive;
        return vector is { Dimensions.Length: > 0 } ? new VectorDataViewType(primitive, vector.Dimensions) : new VectorDataViewType(primitive);
    }
}
