namespace MLTransfer.PublicApi.Tests;

/// <summary>
/// Tests that compare random weights: the whole process shares torch's random numbers, so no other test may draw some meanwhile.
/// </summary>
[CollectionDefinition(nameof(RunAlone), DisableParallelization = true)]
public static class RunAlone;
