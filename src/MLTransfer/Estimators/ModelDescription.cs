using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>The metadata of a network in a model file: everything but the weights.</summary>
internal sealed record ModelDescription
{
    // Format 2 added heads other than the linear one, and transforms; format 3 the order of channels. A model without them is written in
    // the oldest format that can say what it is, which earlier versions can read.
    private const int NewestFormat = 3;

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
        return Write(this with { Format = Preprocessing.Channels != ChannelOrder.Rgb ? NewestFormat : isPlain ? 1 : 2 });
    }

    /// <exception cref="InvalidDataException">The text is not a description, or is one of a later version.</exception>
    public static ModelDescription FromJson(string json)
    {
        ModelDescription read = Read<ModelDescription>(json);
        Check(read.Format, NewestFormat, read.Preprocessing);
        return read.Labels.Count is >= 2 and <= 1_000_000
            ? read
            : throw new InvalidDataException($"The model's description does not make sense: {read.Labels.Count} labels.");
    }

    /// <summary>Writes a description as JSON.</summary>
    internal static string Write<T>(T description) => JsonSerializer.Serialize(description, Json);

    /// <summary>Reads what <see cref="Write{T}"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is not such a description.</exception>
    internal static T Read<T>(string json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException("The model's description is empty.");
        }
        // A transform's own validation throws ArgumentException.
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The model's description cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Checks what every description has.</summary>
    /// <exception cref="InvalidDataException">It is of a later version, or its images cannot be.</exception>
    internal static void Check(int format, int newest, Preprocessing preprocessing)
    {
        if (format < 1 || format > newest)
            throw new InvalidDataException(
                $"The model is of format {format}; this version of MLTransfer reads formats 1 to {newest}. Update MLTransfer.");
        if (preprocessing.Complaint is { } complaint)
            throw new InvalidDataException($"The model's description does not make sense: {complaint}.");
        if (preprocessing is not { CropTo: >= 8 and <= 4096, ResizeTo: >= 8 and <= 8192 })
            throw new InvalidDataException(
                $"The model's description does not make sense: images resized to {preprocessing.ResizeTo} and cut to "
                + $"{preprocessing.CropTo}.");
    }
}
