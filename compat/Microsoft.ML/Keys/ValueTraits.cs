namespace Microsoft.ML.Transforms;

/// <summary>How values of a column are compared, and which of them stands for a missing one.</summary>
internal static class ValueTraits
{
    public static IEqualityComparer<T> Equality<T>() =>
        typeof(T) == typeof(ReadOnlyMemory<char>) ? (IEqualityComparer<T>)(object)TextComparer.Ordinal : EqualityComparer<T>.Default;

    public static IComparer<T> Order<T>() =>
        typeof(T) == typeof(ReadOnlyMemory<char>) ? (IComparer<T>)(object)TextComparer.Ordinal : Comparer<T>.Default;

    /// <summary>Empty text and NaN are missing; other types have no missing value.</summary>
    public static bool IsMissing<T>(T value) => value switch
    {
        ReadOnlyMemory<char> text => text.IsEmpty,
        float number => float.IsNaN(number),
        double number => double.IsNaN(number),
        _ => false,
    };

    public static T Missing<T>()
    {
        if (typeof(T) == typeof(float))
            return (T)(object)float.NaN;
        return typeof(T) == typeof(double) ? (T)(object)double.NaN : default;
    }

    /// <summary>The value, apart from any memory that the next row may fill again.</summary>
    public static T Kept<T>(T value) => value is ReadOnlyMemory<char> text ? (T)(object)text.ToString().AsMemory() : value;

    private sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<char>>, IComparer<ReadOnlyMemory<char>>
    {
        public static TextComparer Ordinal { get; } = new();

        public bool Equals(ReadOnlyMemory<char> left, ReadOnlyMemory<char> right) => left.Span.SequenceEqual(right.Span);

        public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span);

        public int Compare(ReadOnlyMemory<char> left, ReadOnlyMemory<char> right) => left.Span.SequenceCompareTo(right.Span);
    }
}
