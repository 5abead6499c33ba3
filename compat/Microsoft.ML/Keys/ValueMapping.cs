using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Getters that map each value of a scalar or vector column; the result of a vector is dense.</summary>
internal static class ValueMapping
{
    public static Delegate Getter<TSource, TResult>(DataViewRow row, DataViewSchema.Column source, Func<TSource, TResult> map) =>
        source.Type is VectorDataViewType ? Vector(row, source, map) : Scalar(row, source, map);

    private static ValueGetter<TResult> Scalar<TSource, TResult>(DataViewRow row, DataViewSchema.Column source, Func<TSource, TResult> map)
    {
        ValueGetter<TSource> getter = row.GetGetter<TSource>(source);
        TSource value = default;
        return (ref TResult destination) =>
        {
            getter(ref value);
            destination = map(value);
        };
    }

    private static ValueGetter<VBuffer<TResult>> Vector<TSource, TResult>(DataViewRow row, DataViewSchema.Column source, Func<TSource, TResult> map)
    {
        ValueGetter<VBuffer<TSource>> getter = row.GetGetter<VBuffer<TSource>>(source);
        VBuffer<TSource> values = default;
        return (ref VBuffer<TResult> destination) =>
        {
            getter(ref values);
            var editor = VBufferEditor.Create(ref destination, values.Length);
            int slot = 0;
            foreach (TSource value in values.DenseValues())
                editor.Values[slot++] = map(value);
            destination = editor.Commit();
        };
    }
}
