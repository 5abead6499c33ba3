using System.Globalization;

namespace MLTransfer.Evaluation.Reports;

/// <summary>Numbers as a report shows them; "–" for what is not known.</summary>
internal static class ReportFigures
{
    private const string Unknown = "–";

    internal static string Percent(double share) => Number(share * 100, "0.0", " %");

    internal static string Seconds(double seconds) => Number(seconds, "0.0", " s");

    internal static string PerSecond(double speed) => Number(speed, "#,0.0", " a second");

    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Number(double value, string format, string unit) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) + unit : Unknown;
}
