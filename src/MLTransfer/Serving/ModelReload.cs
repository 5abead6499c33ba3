namespace MLTransfer.Serving;

/// <summary>Another model file was found in place of the one that a pool serves.</summary>
/// <param name="Path">The file.</param>
/// <param name="At">When it was loaded or refused.</param>
/// <param name="Error">Why it cannot be used, so that the old model stays; <see langword="null"/> where it became the model.</param>
public sealed record ModelReload(string Path, DateTimeOffset At, string? Error);
