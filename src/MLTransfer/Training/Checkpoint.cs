using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MLTransfer.Downloads;
using MLTransfer.Weights;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// A folder that keeps a training after every epoch; one training at a time holds it. Each epoch is a folder that is renamed into place
/// once it is complete; then the previous one is deleted.
/// </summary>
internal sealed partial class Checkpoint : IDisposable
{
    private const string LockFile = "lock";
    private const string EpochPrefix = "epoch-";
    private const string Partial = ".partial";
    private const string HeaderFile = "state.json";

    private readonly string _folder;
    private readonly Dictionary<string, string> _training;
    private readonly FileStream _held;

    /// <param name="folder">The folder; created where there is none.</param>
    /// <param name="training">The settings of the training, by name.</param>
    /// <exception cref="IOException">Another training holds the folder, or it cannot be written to.</exception>
    public Checkpoint(string folder, IReadOnlyDictionary<string, string> training)
    {
        (_folder, _training) = (folder, new(training));
        _held = Hold(folder);
    }

    /// <summary>Whether there is an epoch to resume from.</summary>
    public bool Exists => Latest() is not null;

    /// <summary>
    /// The number format that the trained layers compute in. It is kept, and a training goes on in it: another machine, or another time,
    /// might choose another one.
    /// </summary>
    public ScalarType NumberFormat { get; set; } = ScalarType.Float32;

    /// <summary>The number format of the epochs to resume from; null where there are none.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public ScalarType? ResumedFormat => Latest() is not { } latest ? null
        : Header.Read(Path.Combine(latest, HeaderFile)).IsBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>A setting of the training to resume; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public string? Resumed(string setting) => Latest() is not { } latest ? null
        : Header.Read(Path.Combine(latest, HeaderFile)).Training.GetValueOrDefault(setting);

    /// <summary>Settles what the settings left to the training.</summary>
    public void Settle(string setting, string value) => _training[setting] = value;

    public void Save(TrainingState state)
    {
        string? before = Latest();
        string target = Path.Combine(_folder, EpochPrefix + state.Epochs.Count.ToString("d5", CultureInfo.InvariantCulture)),
            partial = target + Partial;
        DeleteWhere(path => path.EndsWith(Partial, StringComparison.Ordinal));
        Directory.CreateDirectory(partial);
        state.Write(partial, before);
        int[] kept = [.. state.Kept.Select(epoch => epoch.Epoch)];
        new Header(_training, state.Epochs, kept[0], state.Seconds, state.Images, state.Average?.Count ?? 0, kept.Length > 1 ? kept : null,
            NumberFormat == ScalarType.BFloat16)
            .Write(Path.Combine(partial, HeaderFile));
        Directory.Move(partial, target);
        DeleteWhere(path => path != target);
    }

    /// <summary>Restores the state after the latest epoch, if there is one.</summary>
    /// <exception cref="InvalidOperationException">
    /// The folder belongs to another training (the message says what differs), or has more epochs than requested.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="WeightsException">Its weights are damaged.</exception>
    public void Restore(TrainingState state)
    {
        if (Latest() is not { } latest) return;
        Header header = Header.Read(Path.Combine(latest, HeaderFile));
        RequireSameTraining(header);
        if (header.Epochs.Count > state.Planned)
        {
            throw new InvalidOperationException(
                $"The checkpoint in '{_folder}' has {header.Epochs.Count} finished epochs, and {state.Planned} were requested. " +
                "Request as many or more, or use another checkpoint folder.");
        }

        state.Read(latest, header.Epochs, header.Kept ?? [header.Best], header.Seconds, header.Images, header.AveragedStates);
    }

    /// <summary>Releases the folder for another training.</summary>
    public void Dispose() => _held.Dispose();

    // The system closes the file when its process dies, so a leftover lock file blocks nothing.
    private static FileStream Hold(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string file = Path.Combine(folder, LockFile);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException error) when (DownloadLock.IsInUse(error))
        {
            throw new IOException(
                $"The checkpoint folder '{folder}' is in use by another training. Wait for its end, or name another folder.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint folder '{folder}' cannot be written to: {error.Message} Name another folder.", error);
        }
    }

    private void RequireSameTraining(Header header)
    {
        string[] differences =
        [
            .. _training.Keys.Union(header.Training.Keys).Where(name => name != nameof(TrainingOptions.Epochs))
                .Select(name => (name, Then: header.Training.GetValueOrDefault(name), Now: _training.GetValueOrDefault(name)))
                .Where(setting => setting.Then != setting.Now)
                .Select(setting => $"{setting.name} was {Quoted(setting.Then)} and is {Quoted(setting.Now)} now"),
        ];
        if (differences.Length == 0) return;
        throw new InvalidOperationException(
            $"The checkpoint in '{_folder}' belongs to a different training: {string.Join("; ", differences)}. "
            + "Use the same settings, or another checkpoint folder.");

        static string Quoted(string? value) => value is null ? "nothing" : $"'{value}'";
    }

    private string? Latest() => Epochs().Where(path => !path.EndsWith(Partial, StringComparison.Ordinal)).Max(StringComparer.Ordinal);

    // Only folders named by this class; everything else is left alone.
    private string[] Epochs() => Directory.Exists(_folder)
        ? [.. Directory.GetDirectories(_folder, EpochPrefix + "*").Where(path => EpochName().IsMatch(Path.GetFileName(path)))]
        : [];

    [GeneratedRegex(@"^epoch-\d{5}(\.partial)?$")]
    private static partial Regex EpochName();

    private void DeleteWhere(Func<string, bool> superfluous)
    {
        foreach (string path in Epochs().Where(superfluous)) Directory.Delete(path, recursive: true);
    }

    /// <summary>The metadata of a checkpoint, besides the weights and the optimizer's state.</summary>
    /// <param name="Training">The settings of the training; one with other settings cannot resume from here.</param>
    /// <param name="Epochs">The finished epochs.</param>
    /// <param name="Best">The number of the best of them.</param>
    /// <param name="Seconds">Seconds spent in training steps.</param>
    /// <param name="Images">Images trained on.</param>
    /// <param name="AveragedStates">How many states of the network are in its running average; 0 without one.</param>
    /// <param name="Kept">The numbers of the epochs whose weights are kept, the best first; null where it is the best alone.</param>
    /// <param name="IsBFloat16">Whether the trained layers compute in bfloat16.</param>
    private sealed record Header(
        IReadOnlyDictionary<string, string> Training, IReadOnlyList<EpochResult> Epochs, int Best, double Seconds, long Images,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long AveragedStates = 0,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? Kept = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsBFloat16 = false)
    {
        private static readonly JsonSerializerOptions Json = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            WriteIndented = true,
        };

        // Names of properties in checkpoints of earlier versions.
        private static readonly (string Former, string Current)[] Renamed =
            [("pictures", "images"), ("Pictures", "Images"), ("Validation pictures", "Validation images")];

        public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json));

        // Values cannot be taken for names: JSON escapes the quotation marks in them.
        private static string WithCurrentNames(string json) => Renamed.Aggregate(
            json, (text, name) => text.Replace($"\"{name.Former}\":", $"\"{name.Current}\":", StringComparison.Ordinal));

        /// <exception cref="InvalidDataException">The file is damaged.</exception>
        public static Header Read(string path)
        {
            try
            {
                Header? header = JsonSerializer.Deserialize<Header>(WithCurrentNames(File.ReadAllText(path)), Json);
                if (header is not null && !header.Epochs.Contains(null!)
                    && (header.Kept ?? []).Prepend(header.Best).All(kept => header.Epochs.Any(epoch => epoch.Epoch == kept)))
                    return header;
                throw new InvalidDataException(
                    $"The checkpoint '{path}' names no finished epoch. Delete its folder to train from the start.");
            }
            catch (JsonException error)
            {
                throw new InvalidDataException(
                    $"The checkpoint '{path}' is damaged: {error.Message} Delete its folder to train from the start.", error);
            }
        }
    }
}

/// <summary>An epoch is finished, but its checkpoint could not be written.</summary>
internal sealed class CheckpointException(int epoch, Exception cause)
    : IOException($"The checkpoint of epoch {epoch} could not be written: {cause.Message}", cause);
