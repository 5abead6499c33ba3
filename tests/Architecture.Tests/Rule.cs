namespace MLTransfer.Architecture.Tests;

internal static class Rule
{
    /// <summary>Fails with all violations, one a line.</summary>
    public static void Holds(IEnumerable<string> violations)
    {
        string[] found = [.. violations.Distinct().Order(StringComparer.Ordinal)];
        if (found.Length > 0)
            Assert.Fail($"{found.Length} violations:\n{string.Join('\n', found)}");
    }
}
