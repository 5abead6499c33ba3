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

    /// <summary>
    /// It rises from a 25th over the first 30 % of the steps, then falls to zero, both along half a cosine wave (Smith and Topin 2017, as
    /// in
    /// torch's <c>OneCycleLR</c>): for training from scratch at high learning rates.
    /// </summary>
    OneCycle,
}
