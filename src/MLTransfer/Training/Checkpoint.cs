using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Downloads;
using MLTransfer.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// A folder that keeps a training after every epoch, held by one training at a time. Each epoch is a folder of its own, which gets its name
/// when it is whole; then the one before it goes.
/// </summary>
internal sealed partial class Checkpoint : IDisposable
{
    /// <summary>The one setting of a training that may change when it goes on.</summary>
    public const string EpochsSetting = "Epochs";

    private const string LockFile = "lock";
    private const string EpochPrefix = "epoch-";
    private const string Partial = ".partial";
    private const string Weights = "weights.safetensors";
    private const string BestWeights = "best.safetensors";
    private const string OptimizerState = "optimizer.bin";
    private const string State = "state.json";

    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _training;
    private readonly FileStream _held;

    /// <param name="folder">The folder; made where there is none.</param>
    /// <param name="training">What the training is asked to do, by name.</param>
    /// <exception cref="IOException">Another training holds the folder, or it cannot be written to.</exception>
    public Checkpoint(string folder, IReadOnlyDictionary<string, string> training)
    {
        (_folder, _training) = (folder, training);
        _held = Hold(folder);
    }

    /// <summary>Whether there is an epoch to go on from.</summary>
    public bool Exists => Latest() is not null;

    public void Save(TrainingHistory history, nn.Module network, OptimizerHelper optimizer)
    {
        string? before = Latest();
        string target = Path.Combine(_folder, EpochPrefix + history.Epochs.Count.ToString("d5", CultureInfo.InvariantCulture)),
            partial = target + Partial;
        DeleteWhere(path => path.EndsWith(Partial, StringComparison.Ordinal));
        Directory.CreateDirectory(partial);
        SafetensorsFile.Write(Path.Combine(partial, Weights), StateDict.Save(network));
        bool isBest = before is null || history.Best.Epoch == history.Epochs.Count;
        File.Copy(isBest ? Path.Combine(partial, Weights) : Path.Combine(before!, BestWeights), Path.Combine(partial, BestWeights));
        optimizer.save_state_dict(Path.Combine(partial, OptimizerState));
        new CheckpointState
        {
            Training = _training, Epochs = history.Epochs, Best = history.Best.Epoch, Seconds = history.Seconds, Images = history.Images,
        }.Write(Path.Combine(partial, State));
        Directory.Move(partial, target);
        DeleteWhere(path => path != target);
    }

    /// <summary>
    /// Brings the network, the optimizer and the best epoch to where the latest epoch left them; null where there is none.
    /// </summary>
    /// <param name="network">The network in training.</param>
    /// <param name="best">The best epoch.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="epochs">How many epochs the training shall have: as many as are done, or more.</param>
    /// <exception cref="InvalidOperationException">
    /// The folder belongs to a training of another kind (the message says what differs), or has more epochs than are asked for.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="WeightsException">Its weights are damaged.</exception>
    public TrainingHistory? Restore(nn.Module network, BestEpoch best, OptimizerHelper optimizer, int epochs)
    {
        if (Latest() is not { } latest) return null;
        CheckpointState state = CheckpointState.Read(Path.Combine(latest, State));
        RequireSame(state);
        if (state.Epochs.Count > epochs)
        {
            throw new InvalidOperationException(
                $"The checkpoint in '{_folder}' has {state.Epochs.Count} finished epochs, and {epochs} are asked for. " +
                "Ask for as many or more, or for another checkpoint folder.");
        }

        Load(network, Path.Combine(latest, BestWeights));
        EpochResult kept = state.Epochs.First(epoch => epoch.Epoch == state.Best);
        best.Offer(kept);
        Load(network, Path.Combine(latest, Weights));
        LoadOptimizer(optimizer, Path.Combine(latest, OptimizerState));
        return new(state.Epochs, kept, Cancelled: true, state.Seconds, state.Images);
    }

    /// <summary>Lets another training have the folder.</summary>
    public void Dispose() => _held.Dispose();

    // The system closes the file when its process dies: what is left behind of it holds nothing.
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

    private static void Load(nn.Module network, string path)
    {
        StateDict.Load(network, SafetensorsFile.Read(path).Tensors, path, "the network in training");
        if (Finiteness.FirstViolation(network) is { } name)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' cannot be used: '{name}' holds NaN or infinity. Delete its folder to train from the start.");
        }
    }

    // What torch makes of a damaged file depends on its version and on the damage: an exception of almost any kind.
    private static void LoadOptimizer(OptimizerHelper optimizer, string path)
    {
        try
        {
            optimizer.load_state_dict(path);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' is damaged: {error.Message} Delete its folder to train from the start.", error);
        }
    }

    private void RequireSame(CheckpointState state)
    {
        string[] differences =
        [
            .. _training.Keys.Union(state.Training.Keys).Where(name => name != EpochsSetting)
                .Select(name => (name, Then: state.Training.GetValueOrDefault(name, "nothing"),
                Now: _training.GetValueOrDefault(name, "nothing")))
                .Where(setting => setting.Then != setting.Now)
                .Select(setting => $"{setting.name} was {setting.Then} and is {setting.Now} now"),
        ];
        if (differences.Length == 0) return;
        throw new InvalidOperationException(
            $"The checkpoint in '{_folder}' is of another training: {string.Join("; ", differences)}. Ask for the same training, or for "
            + $"another checkpoint folder.");
    }

    private string? Latest() => Epochs().Where(path => !path.EndsWith(Partial, StringComparison.Ordinal)).Max(StringComparer.Ordinal);

    // Only names that are ours: what else lies in the folder is left alone.
    private string[] Epochs() => Directory.Exists(_folder)
        ? [.. Directory.GetDirectories(_folder, EpochPrefix + "*").Where(path => EpochName().IsMatch(Path.GetFileName(path)))]
        : [];

    [GeneratedRegex(@"^epoch-\d{5}(\.partial)?$")]
    private static partial Regex EpochName();

    private void DeleteWhere(Func<string, bool> superfluous)
    {
        foreach (string path in Epochs().Where(superfluous)) Directory.Delete(path, recursive: true);
    }
}
