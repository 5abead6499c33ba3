namespace Microsoft.ML.Runtime;

/// <summary>The names of what a progress channel counts and measures.</summary>
public sealed class ProgressHeader
{
    public readonly IReadOnlyList<string> UnitNames;

    public readonly IReadOnlyList<string> MetricNames;

    public ProgressHeader(string[] metricNames, string[] unitNames)
    {
        UnitNames = unitNames ?? [];
        MetricNames = metricNames ?? [];
    }

    public ProgressHeader(params string[] unitNames)
        : this(null, unitNames)
    {
    }
}
