namespace MLTransfer.Evaluation;

/// <summary>ML.NET's log-loss of one image.</summary>
internal static class TrueClassLoss
{
    // Single precision, as MulticlassClassificationEvaluator has it: a probability of 0 costs 34.5 nats, not infinity.
    private const float Epsilon = 1e-15f;

    internal static double Of(float probabilityOfTruth) => -Math.Log(Math.Min(1, Math.Max(Epsilon, probabilityOfTruth)));
}
