namespace MLTransfer.Tests.Reference;

/// <summary>Tests that measure the whole process; no other test runs beside them.</summary>
[CollectionDefinition(nameof(RunAlone), DisableParallelization = true)]
public static class RunAlone;
