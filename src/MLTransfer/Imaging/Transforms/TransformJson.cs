using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLTransfer.Imaging;

/// <summary>Transforms as JSON, for model files and keys of caches.</summary>
internal static class TransformJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    internal static string Write(IReadOnlyList<PictureTransform> transforms) => JsonSerializer.Serialize(transforms, Options);

    /// <exception cref="InvalidDataException">The text does not describe transforms.</exception>
    internal static IReadOnlyList<PictureTransform> Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<PictureTransform?[]>(json, Options) is { } all && Array.TrueForAll(all, transform => transform is not null)
                ? [.. all.OfType<PictureTransform>()]
                : throw new InvalidDataException("The transforms are null; a list is expected.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The transforms cannot be read: {exception.Message}", exception);
        }
    }
}
