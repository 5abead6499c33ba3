namespace MLTransfer.Training;

/// <summary>Validates the average of the weights of some epochs.</summary>
/// <returns>The result of the first of them, with the metrics of the average.</returns>
internal delegate EpochResult ValidateMean(IReadOnlyList<EpochResult> epochs);

/// <summary>
/// The epochs whose weights are averaged: the greedy soup of Wortsman et al. 2022 (https://arxiv.org/abs/2203.05482, recipe 1), of the
/// epochs of one training.
/// </summary>
/// <param name="Epochs">The epochs, the best first.</param>
/// <param name="Result">The result of the best of them, with the validation metrics of the average.</param>
internal sealed record GreedySoup(IReadOnlyList<EpochResult> Epochs, EpochResult Result)
{
    /// <summary>Begins with the best epoch and adds each other, in turn, with which the metric of the average is not worse.</summary>
    /// <param name="epochs">The epochs, the best first.</param>
    /// <param name="metric">What is compared.</param>
    /// <param name="validate">Validates an average.</param>
    public static GreedySoup Choose(IReadOnlyList<EpochResult> epochs, EpochMetric metric, ValidateMean validate)
    {
        var soup = new GreedySoup([epochs[0]], epochs[0]);
        foreach (EpochResult epoch in epochs.Skip(1))
        {
            EpochResult[] larger = [.. soup.Epochs, epoch];
            EpochResult result = validate(larger);
            // The loss is not finite where the average broke the network, whatever the other metrics say.
            if (double.IsFinite(result.ValidationLoss)
                && EpochChoice.Quality(result, metric) >= EpochChoice.Quality(soup.Result, metric))
                soup = new(larger, result);
        }

        return soup;
    }
}
