using System.Globalization;
using System.Text.RegularExpressions;
using MLTransfer.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// A folder that keeps a training after every epoch. Each epoch is a folder of its own, which gets its name when it is whole; then the one
/// before it goes.
/// </summary>
internal sealed partial class Checkpoint(string folder, IReadOnlyDictionary<string, string> training)
{
    private const string EpochPrefix = "epoch-";
    private const string Partial = ".partial";
    private const string Weights = "weights.safetensors";
    private const string BestWeights = "best.safetensors";
    private const string OptimizerState = "optimizer.bin";
    private const string State = "state.json";

    /// <summary>Whether there is an epoch to go on from.</summary>
    public bool Exists => Latest() is not null;

    public void Save(TrainingHistory history, nn.Module network, OptimizerHelper optimizer)
    {
        string? before = Latest();
        string target = Path.Combine(folder, EpochPrefix + history.Epochs.Count.ToString("d5", CultureInfo.InvariantCulture)), partial = target + Partial;
        DeleteWhere(path => path.EndsWith(Partial, StringComparison.Ordinal));
        Directory.CreateDirectory(partial);
        SafetensorsFile.Write(Path.Combine(partial, Weights), StateDict.Save(network));
        bool isBest = before is null || history.Best.Epoch == history.Epochs.Count;
        File.Copy(isBest ? Path.Combine(partial, Weights) : Path.Combine(before!, BestWeights), Path.Combine(partial, BestWeights));
        optimizer.save_state_dict(Path.Combine(partial, OptimizerState));
        new CheckpointState
        {
            Training = training, Epochs = history.Epochs, Best = history.Best.Epoch, Seconds = history.Seconds, Pictures = history.Pictures,
        }.Write(Path.Combine(partial, State));
        Directory.Move(partial, target);
        DeleteWhere(path => path != target);
    }

    /// <summary>Brings the network, the optimizer and the best epoch to where the latest epoch left them; null where there is none.</summary>
    /// <exception cref="InvalidOperationException">The folder belongs to a training of another kind; the message says what differs.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="WeightsException">Its weights are damaged.</exception>
    public TrainingHistory? Restore(nn.Module network, BestEpoch best, OptimizerHelper optimizer)
    {
        if (Latest() is not { } latest) return null;
        CheckpointState state = CheckpointState.Read(Path.Combine(latest, State));
        RequireSame(state);
        Load(network, Path.Combine(latest, BestWeights));
        EpochResult kept = state.Epochs.First(epoch => epoch.Epoch == state.Best);
        best.Offer(kept);
        Load(network, Path.Combine(latest, Weights));
        LoadOptimizer(optimizer, Path.Combine(latest, OptimizerState));
        return new(state.Epochs, kept, Cancelled: true, state.Seconds, state.Pictures);
    }

    private static void Load(nn.Module network, string path)
    {
        StateDict.Load(network, SafetensorsFile.Read(path).Tensors, path, "the network in training");
        if (Finiteness.FirstViolation(network) is { } name)
            throw new InvalidDataException($"The checkpoint '{path}' cannot be used: '{name}' holds NaN or infinity. Delete its folder to train from the start.");
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
            throw new InvalidDataException($"The checkpoint '{path}' is damaged: {error.Message} Delete its folder to train from the start.", error);
        }
    }

    private void RequireSame(CheckpointState state)
    {
        string[] differences =
        [
            .. training.Keys.Union(state.Training.Keys)
                .Select(name => (name, Then: state.Training.GetValueOrDefault(name, "nothing"), Now: training.GetValueOrDefault(name, "nothing")))
                .Where(setting => setting.Then != setting.Now)
                .Select(setting => $"{setting.name} was {setting.Then} and is {setting.Now} now"),
        ];
        if (differences.Length == 0) return;
        throw new InvalidOperationException(
            $"The checkpoint in '{folder}' is of another training: {string.Join("; ", differences)}. Ask for the same training, or for another checkpoint folder.");
    }

    private string? Latest() => Epochs().Where(path => !path.EndsWith(Partial, StringComparison.Ordinal)).Max(StringComparer.Ordinal);

    // Only names that are ours: what else lies in the folder is left alone.
    private string[] Epochs() => Directory.Exists(folder)
        ? [.. Directory.GetDirectories(folder, EpochPrefix + "*").Where(path => EpochName().IsMatch(Path.GetFileName(path)))]
        : [];

    [GeneratedRegex(@"^epoch-\d{5}(\.partial)?$")]
    private static partial Regex EpochName();

    private void DeleteWhere(Func<string, bool> superfluous)
    {
        foreach (string path in Epochs().Where(superfluous)) Directory.Delete(path, recursive: true);
    }
}
