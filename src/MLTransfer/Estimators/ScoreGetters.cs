using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>Gives the two output columns of the row that stands.</summary>
internal static class ScoreGetters
{
    /// <param name="column">One of the two.</param>
    /// <param name="inputs">How many columns lie before them.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="probabilities">The row's probabilities; null where the image could not be read: NaN scores, a missing label.</param>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public static ValueGetter<TValue> For<TValue>(DataViewSchema.Column column, int inputs, int classes, Func<float[]?> probabilities)
    {
        Delegate getter = column.Index == inputs
            ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, classes);
                if (probabilities() is { } known) known.CopyTo(editor.Values);
                else editor.Values.Fill(float.NaN);
                value = editor.Commit();
            })
            : (ValueGetter<uint>)((ref uint value) => value = probabilities() is { } known ? (uint)known.IndexOf(known.Max()) + 1 : 0);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' does not hold values of type {typeof(TValue)}.");
    }
}
