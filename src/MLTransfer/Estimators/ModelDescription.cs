using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>The metadata of a network in a model file: everything but the weights.</summary>
internal sealed record ModelDescription
{
    // Format 2 added heads other than the linear one, and transforms. A model without them is written as format 1, which earlier versions
    // can read.
    private const int NewestFormat = 2;

    private static readonly JsonSerializerOptions Json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true };

    public int Format { get; init; } = 1;

    public required string Backbone { get; init; }

    /// <summary>The head in one word; files of earlier versions do not have it, and have a linear one.</summary>
    public string Head { get; init; } = ClassifierHead.Linear.ToString();

    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The type of the classes; null where they are text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LabelType { get; init; }

    public required string ImageColumnName { get; init; }

    /// <summary>The column of probabilities; files of earlier versions do not name it.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>The column of the class with the highest probability; files of earlier versions do not name it.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

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

    public string ToJson()
    {
        bool isPlain = Head == ClassifierHead.Linear.ToString() && Preprocessing.Transforms is null;
        return JsonSerializer.Serialize(this with { Format = isPlain ? 1 : NewestFormat }, Json);
    }

    /// <exception cref="InvalidDataException">The text is not a description, or is one of a later version.</exception>
    public static ModelDescription FromJson(string json)
    {
        ModelDescription? read;
        try
        {
            read = JsonSerializer.Deserialize<ModelDescription>(json, Json);
        }
        // A transform's own validation throws ArgumentException.
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The model's description cannot be read: {e.Message}", e);
        }

        if (read is null) throw new InvalidDataException("The model's description is empty.");
        return read.Format is >= 1 and <= NewestFormat
            ? read.Checked()
            : throw new InvalidDataException(
            $"The model is of format {read.Format}; this version of MLTransfer reads formats 1 to {NewestFormat}. Update MLTransfer.");
    }

    private ModelDescription Checked()
    {
        if (Preprocessing.Complaint is { } complaint)
            throw new InvalidDataException($"The model's description does not make sense: {complaint}.");
        return Labels.Count >= 2 && Labels.Count <= 1_000_000 && Preprocessing is { CropTo: >= 8 and <= 4096, ResizeTo: >= 8 and <= 8192 }
            ? this
            : throw new InvalidDataException(
            $"The model's description does not make sense: {Labels.Count} labels, images resized to {Preprocessing.ResizeTo} and cut to "
            + $"{Preprocessing.CropTo}.");
    }
}
