using System.Text.Json;
using System.Text.Json.Serialization;

namespace MLTransfer.Training;

/// <summary>What a checkpoint says besides the weights and the optimizer's memory.</summary>
internal sealed record CheckpointState
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>What the training was asked to do: another one cannot go on from here.</summary>
    public required IReadOnlyDictionary<string, string> Training { get; init; }

    /// <summary>The finished epochs.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>The number of the best of them.</summary>
    public required int Best { get; init; }

    /// <summary>Seconds spent on changing weights.</summary>
    public required double Seconds { get; init; }

    /// <summary>Images trained on.</summary>
    public required long Images { get; init; }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json));

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static CheckpointState Read(string path)
    {
        try
        {
            CheckpointState? state = JsonSerializer.Deserialize<CheckpointState>(File.ReadAllText(path), Json);
            if (state is { Epochs.Count: > 0 } && state.Epochs.Any(epoch => epoch.Epoch == state.Best)) return state;
            throw new InvalidDataException($"The checkpoint '{path}' names no finished epoch. Delete its folder to train from the start.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' is damaged: {error.Message} Delete its folder to train from the start.", error);
        }
    }
}
