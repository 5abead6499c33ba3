namespace MLTransfer.Training;

/// <summary>What a network is trained on.</summary>
internal interface ITrainingData
{
    /// <summary>How many images an epoch has.</summary>
    int Count { get; }

    /// <summary>How many batches an epoch has at most.</summary>
    int Batches { get; }

    /// <summary>
    /// The batches of an epoch, shuffled by the epoch's own random numbers. Each is made when it is asked for, in the dispose scope of the
    /// step that trains on it.
    /// </summary>
    IEnumerable<Func<LabelledBatch>> Epoch(int epoch);
}
