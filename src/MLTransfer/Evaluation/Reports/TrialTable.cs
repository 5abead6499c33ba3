using System.Globalization;
using System.Text.Json.Serialization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>What a search tried, what it did not, and why.</summary>
internal static class TrialTable
{
    /// <summary>A table; nothing where there are no trials.</summary>
    internal static Markup Render(IReadOnlyList<AutoTrial> trials) => trials.Count == 0 ? default : Markup.Format(
        $"""
        <div class="wide"><table>
        <tr><th>trial</th><th class="name">training</th><th class="name">recipe</th><th>image size</th><th>validation accuracy</th>
        <th>seconds</th><th class="name">why</th></tr>
        {trials.Select(Row)}
        </table></div>
        """);

    /// <summary>The accuracy of the kept model, by its name; nothing where there was no search.</summary>
    internal static IEnumerable<(string Name, string Value)> Facts(TrainingSummary training) => training.TestImages == 0 ? [] :
    [
        ("accuracy on images that nothing was chosen by",
            $"{ReportNumber.Percent(training.TestAccuracy)} of {ReportNumber.Count(training.TestImages)}"),
    ];

    private static Markup Row(AutoTrial trial) => Markup.Format(
        $"""
        <tr><td>{Number(trial)}</td><td class="name">{trial.Kind}</td><td class="name">{trial.Recipe}</td><td>{trial.ImageSize}</td>
        <td>{ReportNumber.Percent(trial.ValidationAccuracy)}</td><td>{Seconds(trial.Seconds)}</td><td class="name">{trial.Why}</td></tr>
        """);

    private static string Number(AutoTrial trial) =>
        trial.Number == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{trial.Number}{(trial.IsKept ? " *" : "")}");

    private static string Seconds(double seconds) =>
        double.IsFinite(seconds) ? seconds.ToString("0.0", CultureInfo.InvariantCulture) : "–";
}

/// <summary>A search and its result on the images that nothing was chosen by.</summary>
internal sealed record AutoJson(int TestImages, double TestAccuracy, IReadOnlyList<AutoTrialJson> Trials)
{
    internal static AutoJson? Of(TrainingSummary training) => training.Trials.Count == 0 ? null
        : new(training.TestImages, training.TestAccuracy, [.. training.Trials.Select(AutoTrialJson.Of)]);
}

/// <summary>A trial of a search; its number is null where it was not tried.</summary>
internal sealed record AutoTrialJson(
    int? Number, string Training, string Recipe, int ImageSize, double ExpectedSeconds, double Seconds, double ValAccuracy,
    [property: JsonPropertyName("kept")] bool IsKept, string Why)
{
    internal static AutoTrialJson Of(AutoTrial trial) => new(
        trial.Number == 0 ? null : trial.Number, trial.Kind, trial.Recipe, trial.ImageSize, Rounded(trial.ExpectedSeconds),
        Rounded(trial.Seconds), trial.ValidationAccuracy, trial.IsKept, trial.Why);

    private static double Rounded(double seconds) => Math.Round(seconds, 3);
}
