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

    private readonly List<EpochResult> _epochs = [];
    private Dictionary<string, Tensor> _bestWeights = [];
    private readonly TrainingOptions _options;
    private readonly string[] _groupNames;
    private bool _isStopped;

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

    /// <summary>The epoch whose weights are kept; without validation, the last.</summary>
    /// <exception cref="InvalidOperationException">No epoch is finished.</exception>
    public EpochResult Best { get => field ?? throw new InvalidOperationException("No epoch is finished."); private set; }

    /// <summary>Whether a rule ended the training before its last epoch.</summary>
    public bool HasStalled => Epochs.Count < Planned
        && (_isStopped || EpochChoice.HasStalled(Epochs, _options.ChooseBy, _options.Patience, _options.LeastGain));

    /// <summary>Whether epochs are left to train: the last one is not finished, none failed, and no rule ended the training.</summary>
    public bool IsUnfinished => Epochs.Count < Planned && Failure is null && !HasStalled;

    /// <summary>Seconds spent in training steps, without validation.</summary>
    public double Seconds { get; private set; }

    /// <summary>Images trained on, over all epochs.</summary>
    public long Images { get; private set; }

    /// <summary>What ended the training in an epoch after <see cref="Best"/>; null where nothing failed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The epoch that failed, where one did.</summary>
    public int FailedEpoch { get; private set; }

    /// <summary>Adds time and images, whether or not their epoch finishes.</summary>
    public void Count(double seconds, long images) => (Seconds, Images) = (Seconds + seconds, Images + images);

    /// <summary>Adds a finished epoch, and keeps a copy of the weights where it is the best.</summary>
    public void Add(EpochResult result)
    {
        if (_epochs.Count == 0 || EpochChoice.IsBetter(result, Best, _options.ChooseBy)) Keep(result);
        _epochs.Add(result);
    }

    /// <summary>Leaves out the epochs that are left.</summary>
    public void Stop() => _isStopped = true;

    public void Fail(int epoch, Exception cause) => (FailedEpoch, Failure) = (epoch, cause);

    /// <summary>Gives the network its best weights, and frees all that only training needs; the results stay.</summary>
    public void Finish()
    {
        using (no_grad())
        {
            foreach ((string name, Tensor current) in Model.Network.state_dict()) current.copy_(_bestWeights[name]);
        }

        Model.Finish();
        Dispose();
    }

    /// <summary>Writes network, best weights and optimizer into a folder, each under its name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="before">The folder of the previous epoch, which may hold the best weights already; null after the first.</param>
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

        bool isBest = before is null || Best.Epoch == Epochs.Count;
        File.Copy(isBest ? weights : Path.Combine(before!, BestWeights), Path.Combine(folder, BestWeights));
        Optimizer.save_state_dict(Path.Combine(folder, OptimizerMemory));
    }

    /// <summary>Restores everything from a folder.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="WeightsException">The weights are damaged.</exception>
    public void Read(string folder, IEnumerable<EpochResult> epochs, int best, double seconds, long images, long averagedStates)
    {
        _epochs.AddRange(epochs);
        Load(Path.Combine(folder, BestWeights));
        Keep(_epochs.First(epoch => epoch.Epoch == best));
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
        FreeBest();
        Average?.Dispose();
        Optimizer.Dispose();
    }

    private void Keep(EpochResult result)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        // The older copy stays until the new one is complete: memory may run out in between.
        var copies = Model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        foreach (Tensor copy in copies.Values) copy.DetachFromDisposeScope();
        FreeBest();
        (Best, _bestWeights) = (result, copies);
    }

    private void FreeBest()
    {
        foreach (Tensor weight in _bestWeights.Values) weight.Dispose();
        _bestWeights = [];
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
