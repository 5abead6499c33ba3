namespace Microsoft.ML.Data;

internal static class DataViewTypeExtensions
{
    public static DataViewType ItemType(this DataViewType type) => (type as VectorDataViewType)?.ItemType ?? type;

    public static bool IsStandardScalar(this DataViewType type) =>
        type is NumberDataViewType or TextDataViewType or BooleanDataViewType or RowIdDataViewType;

    /// <summary>The number of values of a key type; 0 of any other.</summary>
    public static ulong KeyCount(this DataViewType type) => (type as KeyDataViewType)?.Count ?? 0;

    /// <summary>The size of a vector type; 0 of a vector of unknown size and of any other type.</summary>
    public static int VectorSize(this DataViewType type) => (type as VectorDataViewType)?.Size ?? 0;
}
