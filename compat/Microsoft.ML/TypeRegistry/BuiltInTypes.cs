namespace Microsoft.ML.Data;

/// <summary>The column types of the classes every data view knows.</summary>
internal static class BuiltInTypes
{
    private static readonly Dictionary<Type, PrimitiveDataViewType> ByType =
        new PrimitiveDataViewType[]
        {
            NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
            NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
            NumberDataViewType.Single, NumberDataViewType.Double, BooleanDataViewType.Instance, RowIdDataViewType.Instance,
            TextDataViewType.Instance,
        }.ToDictionary(type => type.RawType);

    public static bool Knows(Type type) => TryFind(type, out _);

    public static bool TryFind(Type type, out PrimitiveDataViewType found) =>
        ByType.TryGetValue(type == typeof(string) ? typeof(ReadOnlyMemory<char>) : type, out found);

    public static PrimitiveDataViewType Find(Type type) =>
        TryFind(type, out var found) ? found : throw new InvalidOperationException($"Bad type in {nameof(BuiltInTypes)}: {type}");
}
