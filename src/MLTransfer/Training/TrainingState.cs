using MLTransfer.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// The state and results of a training: the network and the optimizer, the finished epochs and the best weights. Random numbers are no part
/// of it: each epoch draws its own from the seed and its number.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private const string Weights = "weights.safetensors";
    private const string AverageWeights = "average.safetensors";
    private const string BestWeights = "best.safetensors";
    private const string OptimizerMemory = "optimizer.bin";

    /// <summary>The best epochs, the best first, with copies of their weights.</summary>
    private readonly List<(EpochResult Epoch, Dictionary<string, Tensor> Weights)> _kept = [];

    private readonly List<EpochResult> _epochs = [];
    private readonly TrainingOptions _options;
    private readonly string[] _groupNames;
    private bool _isStopped;
    private bool _isInterrupted;

    public TrainingState(TrainableModel model, TrainingOptions options)
    {
        Model = model;
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, options);
        _groupNames = [.. groups.Select(group => group.Name)];
        Optimizer = Optimizers.Create(options, groups);
        Average = WeightAverage.Create(model.Network, options);
        Planned = options.Epochs;
        _options = options;
    }

    public TrainableModel Model { get; }

    public OptimizerHelper Optimizer { get; }

    /// <summary>The learning rates of the last step: of the backbone or of each of its layer groups, and of the head.</summary>
    public IEnumerable<(string Name, double Rate)> LearningRates => _groupNames
        .Zip(Optimizer.ParamGroups, (name, group) => (Name: name, group.LearningRate)).DistinctBy(group => group.Name);

    /// <summary>The running average of the weights, which is validated and kept in their place; null where none is asked for.</summary>
    public WeightAverage? Average { get; }

    /// <summary>The planned number of epochs.</summary>
    public int Planned { get; }

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>The epochs whose weights are kept, the best first: as many as may be averaged in the end, or the best alone.</summary>
    public IReadOnlyList<EpochResult> Kept => [.. _kept.Select(kept => kept.Epoch)];

    /// <summary>The epochs whose average the network gets; null where it gets the best alone.</summary>
    public GreedySoup? Soup { get; set; }

    /// <summary>The numbers of the epochs in <see cref="Soup"/>, in their order; empty where there is none.</summary>
    public IReadOnlyList<int> SoupEpochs => [.. (Soup?.Epochs ?? []).Select(epoch => epoch.Epoch).Order()];

    /// <summary>The best epoch; without validation, the last.</summary>
    /// <exception cref="InvalidOperationException">No epoch is finished.</exception>
    public EpochResult Best { get => field ?? throw new InvalidOperationException("No epoch is finished."); private set; }

    /// <summary>Whether the weights of the best epoch are those of <see cref="Average"/>.</summary>
    public bool BestIsAverage => Average?.HasBegunBy(Best.Epoch) == true;

    /// <summary>Whether a rule ended the training before its last epoch.</summary>
    public bool HasStalled => Epochs.Count < Planned
        && (_isStopped || EpochChoice.HasStalled(Epochs, _options.ChooseBy, _options.Patience, _options.LeastGain));

    /// <summary>Top-1 accuracy of what the network gets on the validation images; NaN without any.</summary>
    public double ValidationAccuracy => (Soup?.Result ?? Best).ValidationAccuracy;

    /// <summary>
    /// Whether epochs are left to train, or to choose for an average: the last one is not finished, none failed, and no rule ended the
    /// training.
    /// </summary>
    public bool IsUnfinished => Failure is null && (_isInterrupted || (Epochs.Count < Planned && !HasStalled));

    /// <summary>Seconds spent in training steps, without validation.</summary>
    public double Seconds { get; private set; }

    /// <summary>Images trained on, over all epochs.</summary>
    public long Images { get; private set; }

    /// <summary>What ended the training in an epoch after <see cref="Best"/>; null where nothing failed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The epoch that failed, where one did; null where it was the average of the best ones.</summary>
    public int? FailedEpoch { get; private set; }

    /// <summary>Adds time and images, whether or not their epoch finishes.</summary>
    public void Count(double seconds, long images) => (Seconds, Images) = (Seconds + seconds, Images + images);

    /// <summary>Adds a finished epoch, and keeps a copy of the weights where it is one of the best.</summary>
    public void Add(EpochResult result)
    {
        int better = _kept.FindIndex(kept => EpochChoice.IsBetter(result, kept.Epoch, _options.ChooseBy));
        int rank = better < 0 ? _kept.Count : better;
        if (rank < MostKept) Keep(rank, result);
        _epochs.Add(result);
    }

    /// <summary>Leaves out the epochs that are left.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Leaves the choice of the epochs to average unfinished.</summary>
    public void Interrupt() => _isInterrupted = true;

    public void Fail(int? epoch, Exception cause) => (FailedEpoch, Failure) = (epoch, cause);

    /// <summary>Gives the network the mean of the weights and statistics of kept epochs; counts are those of the first.</summary>
    public void UseMeanOf(IReadOnlyList<EpochResult> epochs)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Dictionary<string, Tensor>[] weights = [.. epochs.Select(epoch => _kept.First(kept => kept.Epoch.Epoch == epoch.Epoch).Weights)];
        foreach ((string name, Tensor current) in Model.Network.state_dict())
        {
            current.copy_(weights[0][name]);
            for (int added = 1; added < weights.Length && current.is_floating_point(); added++)
                current.lerp_(weights[added][name], 1.0 / (added + 1));
        }
    }

    /// <summary>
    /// Gives the network its best weights, or the average of the chosen ones, and frees all that only training needs; the results stay.
    /// </summary>
    public void Finish()
    {
        UseMeanOf(Soup?.Epochs ?? [Best]);
        Model.Finish();
        Dispose();
    }

    /// <summary>Writes network, kept weights and optimizer into a folder, each under its name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="before">The folder of the previous epoch, which may hold kept weights already; null after the first.</param>
    public void Write(string folder, string? before)
    {
        string weights = Path.Combine(folder, Weights);
        SafetensorsFile.Write(weights, StateDict.Save(Model.Network));
        if (Average is { Count: > 0 })
        {
            weights = Path.Combine(folder, AverageWeights);
            Average.Swap(Model.Network);
            SafetensorsFile.Write(weights, StateDict.Save(Model.Network));
            Average.Swap(Model.Network);
        }

        foreach (EpochResult kept in Kept)
        {
            bool isNew = before is null || kept.Epoch == Epochs.Count;
            File.Copy(isNew ? weights : Path.Combine(before!, FileOf(kept)), Path.Combine(folder, FileOf(kept)));
        }

        Optimizer.save_state_dict(Path.Combine(folder, OptimizerMemory));
    }

    /// <summary>Restores everything from a folder.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="WeightsException">The weights are damaged.</exception>
    public void Read(
        string folder, IEnumerable<EpochResult> epochs, IReadOnlyList<int> kept, double seconds, long images, long averagedStates)
    {
        _epochs.AddRange(epochs);
        if (kept.Distinct().Count() != Math.Min(MostKept, _epochs.Count))
        {
            throw new InvalidDataException(
                $"The checkpoint in '{folder}' is damaged: it has the weights of {kept.Distinct().Count()} epochs instead of "
                + $"{Math.Min(MostKept, _epochs.Count)}. Delete its folder to train from the start.");
        }

        foreach (EpochResult epoch in kept.Select(number => _epochs.First(epoch => epoch.Epoch == number)))
        {
            Load(Path.Combine(folder, FileOf(epoch)));
            Keep(_kept.Count, epoch);
        }

        if (Average is not null && averagedStates < Average.LeastAfter(_epochs.Count))
        {
            throw new InvalidDataException(
                $"The checkpoint in '{folder}' is damaged: it has no average of the weights. Delete its folder to train from the start.");
        }

        if (Average is not null && averagedStates > 0)
        {
            Load(Path.Combine(folder, AverageWeights));
            Average.Restore(Model.Network, averagedStates);
        }

        Load(Path.Combine(folder, Weights));
        LoadOptimizer(Path.Combine(folder, OptimizerMemory));
        Count(seconds, images);
    }

    public void Dispose()
    {
        FreeKept(from: 0);
        Model.Dispose();
        Average?.Dispose();
        Optimizer.Dispose();
    }

    private int MostKept => Math.Max(1, _options.SoupOf);

    private string FileOf(EpochResult kept) => MostKept == 1 ? BestWeights : $"kept-{kept.Epoch:d5}.safetensors";

    private void Keep(int rank, EpochResult result)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        // The older copy stays until the new one is complete: memory may run out in between.
        var copies = Model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        foreach (Tensor copy in copies.Values) copy.DetachFromDisposeScope();
        _kept.Insert(rank, (result, copies));
        FreeKept(from: MostKept);
        Best = _kept[0].Epoch;
    }

    private void FreeKept(int from)
    {
        foreach (Tensor weight in _kept.Skip(from).SelectMany(kept => kept.Weights.Values)) weight.Dispose();
        if (_kept.Count > from) _kept.RemoveRange(from, _kept.Count - from);
    }

    private void Load(string path)
    {
        StateDict.Load(Model.Network, SafetensorsFile.Read(path).Tensors, path, "the network in training");
        if (TrainableModel.FirstNotFinite(Model.Network) is { } name)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' cannot be used: '{name}' holds NaN or infinity. Delete its folder to train from the start.");
        }
    }

    // For a damaged file torch throws almost any kind of exception, depending on its version and the damage.
    private void LoadOptimizer(string path)
    {
        try
        {
            Optimizer.load_state_dict(path);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' is damaged: {error.Message} Delete its folder to train from the start.", error);
        }
    }
}
