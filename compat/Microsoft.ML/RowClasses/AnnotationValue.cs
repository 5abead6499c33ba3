using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Getters for annotation values given as plain objects: strings, numbers, arrays of them, vectors.</summary>
internal static class AnnotationValue
{
    public static Delegate Getter(object value, DataViewType type)
    {
        RowMembers.Shape(value.GetType(), out bool isVector, out Type itemType);
        bool wantsVector = type is VectorDataViewType;
        Contracts.Check(isVector == wantsVector, $"Value inputted is supposed to be {Word(isVector)}, but type of Annotationinfo is {Word(wantsVector)}");
        Contracts.Check(itemType == type.ItemType().RawType, $"Value inputted is supposed to have Type {itemType}, but type of Annotationinfo has {type.ItemType().RawType}");
        return value switch
        {
            string text => Of(text.AsMemory()),
            string[] texts => OfVector(texts.Select(text => text.AsMemory()).ToArray()),
            Array items => (Delegate)GenericCall.Invoke(OfVector<int>, itemType, items),
            _ => (Delegate)GenericCall.Invoke(Of<int>, type.RawType, value),
        };
    }

    private static Delegate Of<T>(T value) => (ValueGetter<T>)((ref T destination) => destination = value);

    private static Delegate OfVector<T>(T[] values) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => VBuffer<T>.Copy(values, 0, ref destination, values.Length));

    private static string Word(bool isVector) => isVector ? "vector" : "scalar";
}
