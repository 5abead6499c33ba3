using System.Diagnostics;
using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Interactive.Tests.Sessions;

/// <summary>The notebooks of the repository in Jupyter, from top to bottom, and their pages in a browser.</summary>
[Trait("Category", "Long")]
public sealed class JupyterTests(NotebookKernel kernel) : IClassFixture<NotebookKernel>
{
    private const string KernelSpec =
        """
        {
          "argv": ["dotnet", "tool", "run", "dotnet-interactive", "--", "jupyter", "--default-kernel", "csharp", "{connection_file}"],
          "display_name": ".NET (C#)",
          "language": "C#"
        }
        """;

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(NotebookKernel.Notebooks, "*.ipynb").Select(path => Path.GetFileName(path)).Order()];

    [NeedsJupyterTheory, MemberData(nameof(All))]
    public void A_notebook_runs_from_top_to_bottom_and_its_page_shows_it(string name)
    {
        string source = File.ReadAllText(Path.Combine(NotebookKernel.Notebooks, name));
        Assert.Contains(Escaped(kernel.Reference.Usual), source, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(kernel.Folder, name),
            source.Replace(Escaped(kernel.Reference.Usual), Escaped(kernel.Reference.Here), StringComparison.Ordinal));
        Succeeds(Jupyter("jupyter-nbconvert", "--to", "notebook", "--execute", "--inplace", "--ExecutePreprocessor.timeout=600",
            "--ExecutePreprocessor.kernel_name=.net-csharp", name));

        using JsonDocument notebook = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(kernel.Folder, name)));
        JsonElement[] cells = [.. notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")];
        Assert.All(cells, cell => Assert.Equal(JsonValueKind.Number, cell.GetProperty("execution_count").ValueKind));
        JsonElement[] outputs = [.. cells.SelectMany(cell => cell.GetProperty("outputs").EnumerateArray())];
        Assert.DoesNotContain(outputs, output => output.GetProperty("output_type").GetString() == "error");
        Assert.DoesNotContain(outputs, output => output.TryGetProperty("name", out JsonElement stream) && stream.GetString() == "stderr");
        ShowsPage(name, cells.Length);
    }

    [NeedsJupyterFact]
    public void The_stop_button_of_Jupyter_ends_a_training_and_not_the_kernel()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Sessions", "interrupt.py");
        var (code, output, error) = Jupyter("/usr/bin/python3", script, kernel.Reference.Here, PolyglotTests.Prepare);
        Assert.True(code == 0, output + error);
        using JsonDocument result = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.True(result.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.True(result.RootElement.GetProperty("alive").GetBoolean());
        Assert.All(result.RootElement.GetProperty("statuses").EnumerateArray(), status => Assert.Equal("ok", status.GetString()));
        Assert.Contains(", then stopped", result.RootElement.GetProperty("shown").GetString(), StringComparison.Ordinal);
    }

    // The page keeps what the cells have shown, and is not empty in a browser.
    private void ShowsPage(string name, int cells)
    {
        string page = Path.ChangeExtension(name, ".html"), image = Path.ChangeExtension(name, ".png");
        Succeeds(Jupyter("jupyter-nbconvert", "--to", "html", name));
        Succeeds(Browser($"--screenshot={image}", "--window-size=1200,4000", page));
        var (code, document, error) = Browser("--dump-dom", page);
        Assert.True(code == 0, error);
        Assert.True(cells <= document.Split("jp-CodeCell").Length, $"{page} has fewer than {cells} cells.");
        Assert.Contains("<div class=\"mlt\">", document, StringComparison.Ordinal);
        Image seen = ImageSource.FromPath(Path.Combine(kernel.Folder, image)).Decode();
        int colors = seen.Pixels.Chunk(3).Select(pixel => (pixel[0], pixel[1], pixel[2])).Distinct().Count();
        Assert.True(colors > 100, $"The page of {name} has only {colors} colors.");
        string kept = Path.Combine(AppContext.BaseDirectory, "Pages");
        Directory.CreateDirectory(kept);
        foreach (string file in new[] { page, image })
            File.Copy(Path.Combine(kernel.Folder, file), Path.Combine(kept, file), overwrite: true);
    }

    private (int Code, string Output, string Error) Browser(params string[] arguments) => PackedFeed.Run(kernel.Program(
        "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000", .. arguments[..^1],
            new Uri(Path.Combine(kernel.Folder, arguments[^1])).AbsoluteUri]));

    private (int Code, string Output, string Error) Jupyter(string program, params string[] arguments)
    {
        string folder = Path.Combine(kernel.Folder, "jupyter", "kernels", ".net-csharp");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "kernel.json"), KernelSpec);
        ProcessStartInfo start = kernel.Program(program, arguments);
        start.Environment["JUPYTER_PATH"] = Path.Combine(kernel.Folder, "jupyter");
        return PackedFeed.Run(start);
    }

    private static void Succeeds((int Code, string Output, string Error) run) =>
        Assert.True(run.Code == 0, $"{run.Output}{run.Error}");

    private static string Escaped(string code) => code.Replace("\"", "\\\"", StringComparison.Ordinal);
}

/// <summary>A test that runs the real kernel in Jupyter; skipped, visibly, where one of the programs is not installed.</summary>
public sealed class NeedsJupyterTheoryAttribute : TheoryAttribute
{
    public NeedsJupyterTheoryAttribute() => Skip = Missing;

    /// <summary>What is not there; null where all is.</summary>
    internal static string? Missing => NotebookKernel.Missing
        ?? (Programs.Where(program => !IsOnPath(program)).ToArray() is [_, ..] missing
            ? $"Not installed: {string.Join(", ", missing)} (Debian: jupyter-nbconvert, jupyter-client, chromium)." : null);

    private static readonly string[] Programs = ["jupyter-nbconvert", "jupyter-kernelspec", "chromium"];

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}

/// <inheritdoc cref="NeedsJupyterTheoryAttribute"/>
public sealed class NeedsJupyterFactAttribute : FactAttribute
{
    public NeedsJupyterFactAttribute() => Skip = NeedsJupyterTheoryAttribute.Missing;
}
