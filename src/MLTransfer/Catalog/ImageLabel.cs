namespace MLTransfer;

/// <summary>The prediction of a <c>PredictionEngine</c> whose pipeline ends with <c>MapKeyToValue("PredictedLabel")</c>.</summary>
public sealed class ImageLabel
{
    /// <summary>One probability per class.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>The most probable class.</summary>
    public string PredictedLabel { get; set; } = "";
}
