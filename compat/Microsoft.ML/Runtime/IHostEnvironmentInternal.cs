namespace Microsoft.ML.Runtime;

/// <summary>What an environment knows besides what it shows.</summary>
internal interface IHostEnvironmentInternal : IHostEnvironment
{
    int? Seed { get; }
}
