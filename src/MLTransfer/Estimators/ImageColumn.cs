using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>The column of an <see cref="IDataView"/> that holds images, and how to read it.</summary>
internal static class ImageColumn
{
    private static readonly string[] PathNames = ["ImagePath", "Image", "Path", "File", "ImageFile", "FileName"];

    /// <summary>What a column of images may be, for messages.</summary>
    public const string Expected = "paths (text), encoded files (vector of bytes) or MLImage";

    /// <summary>The column that is named, or the only one that can be meant.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string? name, string? labelColumnName = null)
    {
        if (name is not null) return Named(schema, name);
        DataViewSchema.Column[] visible = [.. schema.Where(column => !column.IsHidden && column.Name != labelColumnName)];
        DataViewSchema.Column[] binary = [.. visible.Where(column => column.Type is ImageDataViewType || IsBytes(column.Type))];
        DataViewSchema.Column[] text = [.. visible.Where(column => column.Type is TextDataViewType)];
        DataViewSchema.Column[] named = [.. text.Where(column => PathNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase))];
        DataViewSchema.Column[] candidates = binary.Length > 0 ? binary : named.Length > 0 ? named : text;
        return candidates is [var only]
            ? only
            : throw new ArgumentException(
                $"{(candidates.Length == 0 ? "No column holds images" : $"More than one column may hold the images ({string.Join(", ", candidates.Select(c => c.Name))})")}; "
                + $"name the column in ImageColumnName: it may hold {Expected}. The columns are "
                + $"{string.Join(", ", schema.Select(c => $"{c.Name} ({c.Type})"))}.");
    }

    /// <summary>Reads the image of the row a cursor stands on.</summary>
    public static Func<ImageSource> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, path => ImageSource.FromPath(path.ToString())),
        ImageDataViewType => Read<MLImage>(row, column, image => Decoded(At(row, column), image)),
        _ => Read<VBuffer<byte>>(row, column, bytes => new EncodedImage(At(row, column), bytes.DenseValues().ToArray())),
    };

    private static DataViewSchema.Column Named(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
            nameof(schema), $"There is no column '{name}' for the images. The columns are {string.Join(", ", schema.Select(c => c.Name))}.");
        return column.Type is TextDataViewType or ImageDataViewType || IsBytes(column.Type)
            ? column
            : throw new ArgumentOutOfRangeException(
            nameof(schema), $"Schema mismatch for the image column '{name}': it is {column.Type}; expected {Expected}.");
    }

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

    // The image stays with whoever made it; its pixels are copied, transparent ones as they would look on black.
    private static ImageSource Decoded(string name, MLImage? image) =>
        image is null ? new AbsentImage(name) : new DecodedImage(name, new DecodedPixels(image).ToImage());
}
