using System.Globalization;

namespace MLTransfer.Cli.Screen;

/// <summary>Formats numbers for people; "–" for an unknown one.</summary>
internal static class Figures
{
    private const string Unknown = "–";

    internal static string Percent(double fraction) =>
        double.IsFinite(fraction) ? (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : Unknown;

    internal static string Number(double value, string format = "0.0000") =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : Unknown;

    /// <summary>A learning rate in three significant digits.</summary>
    /// <summary>A metric of an epoch: in percent where it is a fraction.</summary>
    internal static string Metric(EpochMetric metric, double value) =>
        metric is EpochMetric.Loss or EpochMetric.BrierScore ? Number(value) : Percent(value);

    internal static string Rate(double rate) => Number(rate, "g3");

    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    internal static string Counted(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";

    internal static string Speed(double perSecond) =>
        double.IsFinite(perSecond) ? perSecond.ToString(perSecond < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + "/s" : Unknown;

    internal static string Seconds(double seconds) => seconds switch
    {
        < 100 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60:00} s"),
        < 360_000 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min"),
        _ => Unknown,
    };

    internal static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => (bytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture) + " KiB",
        < 1 << 30 => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture) + " MiB",
        _ => (bytes / 1073741824.0).ToString("0.0", CultureInfo.InvariantCulture) + " GiB",
    };
}
