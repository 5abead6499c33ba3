using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>
/// The data type of the classes, so that predictions have the type of the training labels. A model stores the names of its classes as text,
/// whatever their type.
/// </summary>
internal abstract class LabelKind
{
    /// <summary>The annotation of a key column that has the names of the keys.</summary>
    public const string KeyValues = "KeyValues";

    private LabelKind(PrimitiveDataViewType type) => Type = type;

    /// <summary>Classes that are text.</summary>
    public static LabelKind Text { get; } =
        new Values<ReadOnlyMemory<char>>(TextDataViewType.Instance, label => label.ToString(), text => text.AsMemory());

    /// <summary>The type in a data view.</summary>
    public PrimitiveDataViewType Type { get; }

    /// <summary>Its name in model files; null for text.</summary>
    public string? Name => this == Text ? null : Type.RawType.Name;

    private static IReadOnlyList<LabelKind> All { get; } =
    [
        Text, new Values<bool>(BooleanDataViewType.Instance, label => label.ToString(), bool.Parse),
        Number<sbyte>(NumberDataViewType.SByte), Number<byte>(NumberDataViewType.Byte), Number<short>(NumberDataViewType.Int16),
        Number<ushort>(NumberDataViewType.UInt16), Number<int>(NumberDataViewType.Int32), Number<uint>(NumberDataViewType.UInt32),
        Number<long>(NumberDataViewType.Int64), Number<ulong>(NumberDataViewType.UInt64), Number<float>(NumberDataViewType.Single),
        Number<double>(NumberDataViewType.Double),
    ];

    /// <summary>The type of the names of a key column; null where the keys have no names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Classes cannot be of this type.</exception>
    public static LabelKind? Of(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(KeyValues) is not { Type: VectorDataViewType { ItemType: var type } }) return null;
        return All.FirstOrDefault(kind => kind.Type == type) ?? throw new ArgumentOutOfRangeException(
            nameof(column),
            $"The classes of the label column '{column.Name}' are of type {type}; use labels of text, numbers or booleans.");
    }

    /// <summary>The type that a model file names.</summary>
    /// <param name="name">Its name; null for text.</param>
    /// <param name="labels">The classes, by text.</param>
    /// <exception cref="InvalidDataException">There is no such type, or a class is not of it.</exception>
    public static LabelKind Named(string? name, IReadOnlyList<string> labels)
    {
        LabelKind kind = All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new InvalidDataException($"The model's description does not make sense: its classes are of type '{name}'.");
        return labels.FirstOrDefault(label => !kind.IsWritten(label)) is not { } wrong
            ? kind
            : throw new InvalidDataException(
                $"The model's description does not make sense: its classes are of type {name}, and '{wrong}' is one of them.");
    }

    /// <summary>The names of the keys of a column.</summary>
    public abstract string[] Read(DataViewSchema.Column column);

    /// <summary>The annotation that gives keys these names.</summary>
    public abstract DataViewSchema.Annotations Annotation(IReadOnlyList<string> labels);

    private protected abstract bool IsWritten(string label);

    private static Values<T> Number<T>(NumberDataViewType type)
        where T : IFormattable, IParsable<T> => new(
            type, label => label.ToString(null, CultureInfo.InvariantCulture), text => T.Parse(text, CultureInfo.InvariantCulture));

    private sealed class Values<T>(PrimitiveDataViewType type, Func<T, string> write, Func<string, T> read) : LabelKind(type)
    {
        public override string[] Read(DataViewSchema.Column column)
        {
            VBuffer<T> names = default;
            column.GetKeyValues(ref names);
            return [.. names.DenseValues().Select(write)];
        }

        public override DataViewSchema.Annotations Annotation(IReadOnlyList<string> labels)
        {
            var values = new VBuffer<T>(labels.Count, [.. labels.Select(read)]);
            var builder = new DataViewSchema.Annotations.Builder();
            builder.Add(KeyValues, new VectorDataViewType(Type, labels.Count), (ref VBuffer<T> value) => values.CopyTo(ref value));
            return builder.ToAnnotations();
        }

        private protected override bool IsWritten(string label)
        {
            try
            {
                return write(read(label)) == label;
            }
            catch (Exception error) when (error is FormatException or OverflowException)
            {
                return false;
            }
        }
    }
}
