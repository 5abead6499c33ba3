namespace MLTransfer;

/// <summary>What a <c>PredictionEngine</c> over a model gives for an image, behind <c>MapKeyToValue("PredictedLabel")</c>.</summary>
public sealed class ImageLabel
{
    /// <summary>One probability per class.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>The likeliest class.</summary>
    public string PredictedLabel { get; set; } = "";
}
