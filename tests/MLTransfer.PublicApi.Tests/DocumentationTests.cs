using MLTransfer.Architecture.Tests;

namespace MLTransfer.PublicApi.Tests;

/// <summary>The C# of a page is code that is tested: every block is a run of lines of a test or of a sample.</summary>
public sealed class DocumentationTests
{
    private static readonly Lazy<string[]> Sources = new(() =>
        [.. new[] { "tests/MLTransfer.PublicApi.Tests", "docs/samples" }.SelectMany(folder => Repository.Files(folder, ".cs"))
            .Select(path => Flat(File.ReadAllLines(Repository.PathOf(path))))]);

    [Theory]
    [InlineData("docs/ml-net.md")]
    [InlineData("docs/featurizer.md")]
    [InlineData("docs/inspect.md")]
    [InlineData("docs/tutorials/resnet18-ants-bees.md")]
    [InlineData("docs/tutorials/resnet50-mnist.md")]
    [InlineData("docs/tutorials/vgg16-cifar10.md")]
    [InlineData("docs/tutorials/vgg16-flowers.md")]
    [InlineData("docs/tutorials/small-network-mnist.md")]
    public void Every_block_of_code_on_a_page_is_compiled_and_run_by_a_test(string page)
    {
        string[] blocks = [.. BlocksOf(File.ReadAllText(Repository.PathOf(page)))];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True(IsTested(block), $"No test and no sample has these lines one after another:\n{block}"));
    }

    [Theory]
    [InlineData("docs/first-model.cs", "README.md")]
    [InlineData("docs/small-network.cs", "docs/tutorials/small-network-mnist.md")]
    public void The_code_of_a_page_is_that_of_the_program_that_it_names(string program, string page)
    {
        string lines = Flat(File.ReadAllLines(Repository.PathOf(program)));
        string[] blocks = [.. BlocksOf(File.ReadAllText(Repository.PathOf(page)))];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True(Contains(lines, block), block));
    }

    [Fact]
    public void A_block_with_another_word_or_indentation_is_found()
    {
        Assert.True(IsTested("public void Dispose() => _folder.Delete(recursive: true);"));
        Assert.True(IsTested("if (one)\n    Two();", "class A\n{\n    if (one)\n        Two();\n}"));
        Assert.False(IsTested("if (one)\n    Three();", "class A\n{\n    if (one)\n        Two();\n}"));
        Assert.False(IsTested("if (one)\nTwo();", "class A\n{\n    if (one)\n        Two();\n}"));
        Assert.False(IsTested("if (one", "if (one)\n    Two();"));
        Assert.Equal(["a();\n\nb();"], BlocksOf("Text.\n\n```csharp\na();\n\nb();\n```\n\n```\nno C#\n```\n"));
    }

    private static IEnumerable<string> BlocksOf(string page) =>
        page.Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);

    private static bool IsTested(string block) => Sources.Value.Any(source => Contains(source, block));

    private static bool IsTested(string block, string source) => Contains(Flat(source.Split('\n')), block);

    /// <summary>Whether the lines of a block follow one another in a source, all indented by the same number of spaces more.</summary>
    private static bool Contains(string source, string block) => Enumerable.Range(0, 7).Any(depth => source.Contains(
        Flat(block.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', 4 * depth) + line)), StringComparison.Ordinal));

    private static string Flat(IEnumerable<string> lines) => $"\n{string.Join('\n', lines.Select(line => line.TrimEnd()))}\n";
}
