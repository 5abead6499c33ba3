using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLTransfer.Errors;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>The column of an <see cref="IDataView"/> that holds images, and how to read it.</summary>
internal static class ImageColumn
{
    private static readonly string[] PathNames = ["ImagePath", "Image", "Path", "File", "ImageFile", "FileName"];

    /// <summary>The types that a column of images may have, for messages.</summary>
    public const string Expected = "paths (text), encoded files (vector of bytes) or MLImage";

    /// <summary>The named column, or else the only candidate.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    /// <param name="schema">The columns.</param>
    /// <param name="name">The name; null: found by its type.</param>
    /// <param name="labelColumnName">A column that does not hold the images.</param>
    /// <param name="option">The option that names the column, for messages.</param>
    public static DataViewSchema.Column Find(
        DataViewSchema schema, string? name, string? labelColumnName = null,
        string option = nameof(ImageClassificationOptions.ImageColumnName))
    {
        if (name is not null) return Named(schema, name);
        DataViewSchema.Column[] visible = [.. schema.Where(column => !column.IsHidden && column.Name != labelColumnName)];
        DataViewSchema.Column[] binary = [.. visible.Where(column => column.Type is ImageDataViewType || IsBytes(column.Type))];
        DataViewSchema.Column[] text = [.. visible.Where(column => column.Type is TextDataViewType)];
        DataViewSchema.Column[] named = [.. text.Where(column => PathNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase))];
        DataViewSchema.Column[] candidates = binary.Length > 0 ? binary : named.Length > 0 ? named : text;
        if (candidates is [var only]) return only;
        string found = candidates.Length == 0 ? "No column holds images"
            : $"More than one column may hold the images ({string.Join(", ", candidates.Select(c => c.Name))})";
        throw new OptionException(
            $"{found}; name the column in {option}: it may hold {Expected}. The columns are "
            + $"{string.Join(", ", schema.Select(c => $"{c.Name} ({c.Type})"))}.");
    }

    /// <summary>Creates a reader of the image in a cursor's current row.</summary>
    public static Func<ImageSource> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, path => ImageSource.FromPath(path.ToString())),
        ImageDataViewType => Read<MLImage>(row, column, image => Decoded(At(row, column), image)),
        _ => Read<VBuffer<byte>>(row, column, bytes => new EncodedImage(At(row, column), Bytes(bytes))),
    };

    /// <summary>A copy of an encoded image. Enumerating its bytes would take as long as decoding it.</summary>
    public static byte[] Bytes(in VBuffer<byte> image) => image.IsDense ? image.GetValues().ToArray() : [.. image.DenseValues()];

    /// <summary>Checks that an estimator's input will have the column that its options name.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="name">The name; null: any will do, as <see cref="Find"/> looks for one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static void Require(SchemaShape schema, string? name)
    {
        if (name is not null && schema.All(column => column.Name != name)) throw Missing(schema.Select(column => column.Name), name);
    }

    private static DataViewSchema.Column Named(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name) ?? throw Missing(schema.Select(column => column.Name), name);
        return column.Type is TextDataViewType or ImageDataViewType || IsBytes(column.Type)
            ? column
            : throw new ArgumentOutOfRangeException(
            nameof(schema), $"Schema mismatch for the image column '{name}': it is {column.Type}; expected {Expected}.");
    }

    private static ArgumentOutOfRangeException Missing(IEnumerable<string> schema, string name) =>
        new(nameof(schema), $"There is no column '{name}' for the images. The columns are {string.Join(", ", schema)}.");

    private static bool IsBytes(DataViewType type) =>
        type is VectorDataViewType { ItemType: NumberDataViewType { RawType: var raw } } && raw == typeof(byte);

    private static string At(DataViewRow row, DataViewSchema.Column column) => $"{column.Name} in row {row.Position}";

    private static Func<ImageSource> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ImageSource> source)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return source(value);
        };
    }

    // The image stays the caller's, so its pixels are copied; transparent ones are composed over black.
    private static ImageSource Decoded(string name, MLImage? image) =>
        image is null ? new AbsentImage(name) : new DecodedImage(name, new DecodedPixels(image).ToImage());
}

/// <summary>
/// The column of classes: a key with the names of the classes, as <c>MapValueToKey</c> makes it, or text to be looked up.
/// </summary>
internal static class LabelColumn
{
    /// <summary>The classes of a key column, in the order of the keys.</summary>
    /// <exception cref="ArgumentException">The column is missing, no key, or has fewer than two classes.</exception>
    public static IReadOnlyList<string> Classes(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = Find(schema, name);
        if (column.Type is not KeyDataViewType key)
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{name}': it is {column.Type}; expected a key. Put "
                + $"Transforms.Conversion.MapValueToKey(\"{name}\") before it.");
        string[] classes = Names(column)
            ?? [.. Enumerable.Range(0, checked((int)key.Count)).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return classes.Length >= 2
            ? classes
            : throw new OptionException($"The label column '{name}' has one class only ({string.Join(", ", classes)}); telling "
            + $"classes apart needs at least two.");
    }

    /// <summary>The type of the classes of a key column.</summary>
    public static LabelKind Kind(DataViewSchema schema, string name) => LabelKind.Of(Find(schema, name)) ?? LabelKind.Text;

    /// <summary>
    /// Creates a reader of the class in a cursor's current row, as an index among the classes; -1 where the label is missing.
    /// </summary>
    public static Func<int> Reader(DataViewRow row, DataViewSchema schema, string name, IReadOnlyList<string> classes)
    {
        DataViewSchema.Column column = Find(schema, name);
        var known = classes.Select((label, index) => (label, index))
            .ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
        int Lookup(string label) => known.TryGetValue(label, out int index)
            ? index
            : throw new OptionException($"The label '{label}' in column '{name}' is none of the {classes.Count} classes trained on: "
            + $"{string.Join(", ", classes.Take(20))}.");
        if (column.Type is TextDataViewType)
            return Value<ReadOnlyMemory<char>>(row, column, text => text.IsEmpty ? -1 : Lookup(text.ToString()));
        if (column.Type is not KeyDataViewType || column.Type.RawType != typeof(uint))
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{name}': it is {column.Type}; expected a key or text.");
        string[]? names = Names(column);
        int[]? map = names?.Select(label => known.GetValueOrDefault(label, -1)).ToArray();
        return Value<uint>(row, column,
            key => key == 0 ? -1 : map is null ? (int)key - 1 : map[key - 1] >= 0 ? map[key - 1] : Lookup(names![key - 1]));
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentOutOfRangeException(
        nameof(schema), $"There is no label column '{name}'. The columns are {string.Join(", ", schema.Select(c => c.Name))}.");

    /// <summary>The names of the keys; null where they have none.</summary>
    private static string[]? Names(DataViewSchema.Column column) => LabelKind.Of(column)?.Read(column);

    private static Func<int> Value<T>(DataViewRow row, DataViewSchema.Column column, Func<T, int> index)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return index(value);
        };
    }
}

/// <summary>The column of an <see cref="IDataView"/> with the weights of the images.</summary>
internal static class WeightColumn
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it does not hold single-precision numbers.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(schema),
                $"There is no column '{name}' for the weights. The columns are {string.Join(", ", schema.Select(c => c.Name))}.");
        return column.Type == NumberDataViewType.Single
            ? column
            : throw new ArgumentOutOfRangeException(
            nameof(schema), $"Schema mismatch for the weight column '{name}': it is {column.Type}; expected Single.");
    }

    /// <summary>Creates a reader of the weight in a cursor's current row.</summary>
    public static Func<float> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<float> getter = row.GetGetter<float>(column);
        return () =>
        {
            float weight = 0;
            getter(ref weight);
            return weight > 0 && float.IsFinite(weight) ? weight
                : throw new OptionException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The weight in column '{column.Name}', row {row.Position}, is {weight}; it must be a positive number."));
        };
    }
}
