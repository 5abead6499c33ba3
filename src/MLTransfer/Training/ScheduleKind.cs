namespace MLTransfer;

/// <summary>How the learning rate changes over the training.</summary>
public enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It is divided by ten after two thirds of the epochs.</summary>
    Step,

    /// <summary>It falls to zero along half a cosine wave (Loshchilov and Hutter 2016).</summary>
    Cosine,
}
