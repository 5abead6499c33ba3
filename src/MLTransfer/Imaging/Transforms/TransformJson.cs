using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Transforms as JSON, for model files, keys of caches and files of one's own.</summary>
internal sealed class TransformJson : JsonConverter<IReadOnlyList<ImageTransform>>
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    internal static string Write(IReadOnlyList<ImageTransform> transforms) => JsonSerializer.Serialize(transforms, Options);

    /// <exception cref="InvalidDataException">The text does not describe transforms.</exception>
    internal static IReadOnlyList<ImageTransform> Read(string json)
    {
        try
        {
            return Checked(JsonSerializer.Deserialize<ImageTransform?[]>(json, Options));
        }
        // What a transform's own checks refuse comes as ArgumentException, an unnamed one as NotSupportedException.
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The transforms cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ImageTransform> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Checked(JsonSerializer.Deserialize<ImageTransform?[]>(ref reader, Options));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ImageTransform> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, Options);

    private static ImageTransform[] Checked(ImageTransform?[]? read) =>
        read is not null && Array.TrueForAll(read, transform => transform is not null)
        ? [.. read.OfType<ImageTransform>()]
        : throw new JsonException("a list of transforms is expected, none of them null");
}
