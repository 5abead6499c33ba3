namespace Packages.Tests.TorchSharpTests;

/// <summary>Tests that read what the whole process shares: the number of tensors, the generator, the threads.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoneTests
{
    internal const string Name = "Alone";
}
