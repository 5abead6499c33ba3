using System.Text.Json;
using MLTransfer.Interactive.Tests.Sessions;

namespace MLTransfer.Interactive.Tests.Notebooks;

/// <summary>What holds for the files of the notebooks; <see cref="JupyterTests"/> runs them.</summary>
public class NotebookFileTests
{
    private const int MostCells = 12;

    // Wider lines are cut off on pages.
    private const int MostColumns = 120;

    public static TheoryData<string> All => JupyterTests.All;

    [Fact]
    public void There_are_notebooks() => Assert.NotEmpty(All);

    [Theory, MemberData(nameof(All))]
    public void A_notebook_is_short_and_holds_no_outputs(string name)
    {
        using JsonDocument notebook = Read(name);
        JsonElement[] cells = [.. notebook.RootElement.GetProperty("cells").EnumerateArray()];
        Assert.InRange(cells.Length, 3, MostCells);
        Assert.All(cells.Where(IsCode), cell =>
        {
            Assert.Equal(0, cell.GetProperty("outputs").GetArrayLength());
            Assert.Equal(JsonValueKind.Null, cell.GetProperty("execution_count").ValueKind);
            Assert.All(Text(cell).Split('\n'), line => Assert.InRange(line.Length, 0, MostColumns));
        });
    }

    [Theory, MemberData(nameof(All))]
    public void A_notebook_begins_with_its_purpose_and_then_references_the_package(string name)
    {
        using JsonDocument notebook = Read(name);
        JsonElement[] cells = [.. notebook.RootElement.GetProperty("cells").EnumerateArray()];
        Assert.False(IsCode(cells[0]));
        string purpose = Text(cells[0]);
        Assert.StartsWith("# ", purpose, StringComparison.Ordinal);
        Assert.Contains("\n\n", purpose, StringComparison.Ordinal);
        Assert.StartsWith("#r \"nuget: MLTransfer.Interactive\"", Text(cells[1]), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(All))]
    public void A_notebook_asks_for_the_kernel_of_C_sharp(string name)
    {
        using JsonDocument notebook = Read(name);
        JsonElement metadata = notebook.RootElement.GetProperty("metadata");
        Assert.Equal(".net-csharp", metadata.GetProperty("kernelspec").GetProperty("name").GetString());
        Assert.Equal("csharp",
            metadata.GetProperty("polyglot_notebook").GetProperty("kernelInfo").GetProperty("defaultKernelName").GetString());
    }

    [Theory, MemberData(nameof(All))]
    public void A_notebook_is_listed_with_the_others(string name) => Assert.Contains(
        $"]({name})", File.ReadAllText(Path.Combine(NotebookKernel.Notebooks, "README.md")), StringComparison.Ordinal);

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(NotebookKernel.Notebooks, name)));

    private static bool IsCode(JsonElement cell) => cell.GetProperty("cell_type").GetString() == "code";

    private static string Text(JsonElement cell) =>
        string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()));
}
