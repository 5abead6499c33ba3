using System.Text.Json;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>What a model file says of its network besides the weights.</summary>
internal sealed record ModelDescription
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true };

    public required int Format { get; init; }

    public required string Backbone { get; init; }

    /// <summary>The head in one word; files of earlier versions do not have it, and have a linear one.</summary>
    public string Head { get; init; } = ClassifierHead.Linear.ToString();

    public required IReadOnlyList<string> Labels { get; init; }

    public required string ImageColumnName { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required Precision Precision { get; init; }

    /// <exception cref="InvalidDataException">There is no such head.</exception>
    public ClassifierHead ParseHead()
    {
        try
        {
            return ClassifierHead.Parse(Head);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"The model's description does not make sense: {e.Message}", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="InvalidDataException">The text is no description, or one of a later version.</exception>
    public static ModelDescription FromJson(string json)
    {
        ModelDescription? read;
        try
        {
            read = JsonSerializer.Deserialize<ModelDescription>(json, Json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model's description cannot be read: {e.Message}", e);
        }

        if (read is null) throw new InvalidDataException("The model's description is empty.");
        return read.Format == CurrentFormat
            ? read.Checked()
            : throw new InvalidDataException($"The model is of format {read.Format}; this version of MLTransfer reads format {CurrentFormat}. Update MLTransfer.");
    }

    private ModelDescription Checked() => Labels.Count >= 2 && Labels.Count <= 1_000_000 && Preprocessing is { CropTo: >= 8 and <= 4096, ResizeTo: >= 8 and <= 8192 }
        ? this
        : throw new InvalidDataException($"The model's description does not make sense: {Labels.Count} labels, pictures resized to {Preprocessing.ResizeTo} and cut to {Preprocessing.CropTo}.");
}
