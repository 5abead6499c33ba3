using PublicApiGenerator;

namespace MLTransfer.Architecture.Tests;

public class PublicApiTests
{
    private const string ApprovedPath = "tests/Architecture.Tests/PublicApi.txt";

    [Fact]
    public void The_public_API_is_the_approved_one()
    {
        string api = typeof(Layers).Assembly.GeneratePublicApi(new()
        {
            IncludeAssemblyAttributes = false,
            // By default, the catalog methods would be left out: their namespaces begin with Microsoft.
            DenyNamespacePrefixes = [],
        });
        string actual = api.ReplaceLineEndings("\n") + "\n";
        string actualPath = Path.Combine(AppContext.BaseDirectory, "PublicApi.actual.txt");
        File.WriteAllText(actualPath, actual);
        string approved = File.ReadAllText(Repository.PathOf(ApprovedPath)).ReplaceLineEndings("\n");
        if (FirstDifference(approved, actual) is { } difference)
            Assert.Fail($"{difference}\nIf the change is intended, approve it: cp '{actualPath}' {ApprovedPath}");
    }

    [Theory]
    [InlineData("a\nb\n", "a\nb\n", null)]
    [InlineData("a\nb\n", "a\nc\n", "The public API differs from line 2 on.\napproved: b\nactual:   c")]
    [InlineData("a\n", "a\nb\n", "The public API differs from line 2 on.\napproved: \nactual:   b")]
    public void The_first_different_line_is_shown(string approved, string actual, string? expected) =>
        Assert.Equal(expected, FirstDifference(approved, actual));

    private static string? FirstDifference(string approved, string actual)
    {
        if (approved == actual)
            return null;
        string[] before = approved.Split('\n'), after = actual.Split('\n');
        int line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"The public API differs from line {line + 1} on.\n"
            + $"approved: {before.ElementAtOrDefault(line)}\nactual:   {after.ElementAtOrDefault(line)}";
    }
}
