namespace Microsoft.ML.Runtime;

/// <summary>What a component needs from its surroundings: messages, progress, randomness, and the catalog of loadable classes.</summary>
public interface IHostEnvironment : IChannelProvider, IProgressChannelProvider
{
    ComponentCatalog ComponentCatalog { get; }

    IHost Register(string name, int? seed = null, bool? verbose = null);
}

/// <summary>The environment of one component.</summary>
public interface IHost : IHostEnvironment
{
    Random Rand { get; }
}
