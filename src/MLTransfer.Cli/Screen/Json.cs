using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLTransfer.Cli.Screen;

/// <summary>The JSON of the tool: snake_case names, and null for what is unknown or not finite.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // The document goes to a terminal or a program, never into a web page, so file names may stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NotANumberIsNull<double>(), new NotANumberIsNull<float>() },
    };

    internal static void WriteTo<T>(TextWriter output, T document) => output.WriteLine(JsonSerializer.Serialize(document, Options));

    private sealed class NotANumberIsNull<T> : JsonConverter<T>
        where T : struct, IFloatingPointIeee754<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? T.NaN : T.CreateChecked(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (T.IsFinite(value))
                writer.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture));
            else
                writer.WriteNullValue();
        }
    }
}
