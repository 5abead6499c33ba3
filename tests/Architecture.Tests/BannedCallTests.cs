using Microsoft.CodeAnalysis;

namespace MLTransfer.Architecture.Tests;

/// <summary>
/// Nothing comes from nowhere: the library reads no date, environment variable or console, and draws no unseeded random numbers; elapsed
/// time and names of temporary files are free.
/// </summary>
public class BannedCallTests
{
    // By symbol: types with all their members, members, and the constructor of Random that takes no seed.
    private static readonly Dictionary<string, string> Banned = new()
    {
        ["System.Random.Random()"] = "take a seed",
        ["System.Random.Shared"] = "take a seed",
        ["System.DateTime.Now"] = "take a TimeProvider",
        ["System.DateTime.UtcNow"] = "take a TimeProvider",
        ["System.DateTime.Today"] = "take a TimeProvider",
        ["System.DateTimeOffset.Now"] = "take a TimeProvider",
        ["System.DateTimeOffset.UtcNow"] = "take a TimeProvider",
        ["System.Console"] = "report through IProgress or the log of MLContext",
        ["System.Environment.GetEnvironmentVariable"] = "take the value as an argument",
        ["System.Environment.GetEnvironmentVariables"] = "take the values as an argument",
        ["System.Environment.SetEnvironmentVariable"] = "leave the environment to the app",
        ["System.Environment.ExpandEnvironmentVariables"] = "take the value as an argument",
        ["System.Environment.GetFolderPath"] = "take the folder as an argument",
        ["System.Environment.CurrentDirectory"] = "take the folder as an argument",
        ["System.Environment.Exit"] = "throw",
        ["TorchSharp.torch.nn.init.trunc_normal_"] = "use the library's own: TorchSharp 0.107 fills the tensor with one constant",
    };

    // Where a banned symbol may be used, each with its reason.
    private static readonly Dictionary<(string File, string Symbol), string> Allowed = new()
    {
        [("Files/UserCache.cs", "System.Environment.GetFolderPath")] = "the one place that finds the user's cache folder, a default",
    };

    [Fact]
    public void Nothing_comes_from_nowhere() => Rule.Holds(
        Calls(SourceCode.Library).Where(call => !Allowed.ContainsKey((call.File, call.Symbol))).Select(Text));

    [Fact]
    public void Exceptions_that_are_no_longer_needed_are_removed() =>
        Rule.Holds(Allowed.Keys.Except(Calls(SourceCode.Library).Select(call => (call.File, call.Symbol))).Select(key => key.ToString()));

    [Fact]
    public void Every_banned_symbol_exists() =>
        Rule.Holds(Banned.Keys.Except(Calls(new(("A.cs", EveryBannedCall))).Select(call => call.Symbol)));

    [Fact]
    public void Banned_calls_are_found_however_they_are_written()
    {
        var code = new SourceCode(("A.cs", """
            using static System.Console;
            using Clock = System.DateTime;
            class A
            {
                Random _good = new(1);
                Random _bad = new();
                object F() => Clock.UtcNow;
                void G() => WriteLine(new Random(2).Next());
                Func<string, string?> H() => Environment.GetEnvironmentVariable;
            }
            """));
        Assert.Empty(code.CompileErrors);
        Assert.Equal(
            [
                "A.cs:6: System.Random.Random(): take a seed", "A.cs:7: System.DateTime.UtcNow: take a TimeProvider",
                "A.cs:8: System.Console: report through IProgress or the log of MLContext",
                "A.cs:9: System.Environment.GetEnvironmentVariable: take the value as an argument",
            ],
            Calls(code).Select(Text));
    }

    private const string EveryBannedCall =
        """
        using static TorchSharp.torch.nn;
        class A
        {
            object[] F(TorchSharp.torch.Tensor t) =>
            [
                new Random(), Random.Shared, DateTime.Now, DateTime.UtcNow, DateTime.Today, DateTimeOffset.Now, DateTimeOffset.UtcNow,
                Console.Out, Environment.GetEnvironmentVariable("A")!, Environment.GetEnvironmentVariables(),
                Environment.ExpandEnvironmentVariables("A"), Environment.GetFolderPath(default), Environment.CurrentDirectory,
                init.trunc_normal_(t),
            ];
            void G() { Environment.SetEnvironmentVariable("A", "B"); Environment.Exit(1); }
        }
        """;

    private static IEnumerable<(string File, int Line, string Symbol)> Calls(SourceCode code) =>
        from file in code.Files
        from used in code.SymbolsIn(file)
        where used.Symbol is not INamedTypeSymbol
        from name in NamesOf(used.Symbol)
        where Banned.ContainsKey(name)
        select (file.Path, used.Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, name);

    private static string[] NamesOf(ISymbol symbol)
    {
        string type = symbol.ContainingType?.ToDisplayString() ?? "";
        string member = symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            ? $"{symbol.ContainingType!.Name}({string.Join(", ", constructor.Parameters.Select(parameter => parameter.Type))})"
            : symbol.Name;
        return [$"{type}.{member}", type];
    }

    private static string Text((string File, int Line, string Symbol) call) =>
        $"{call.File}:{call.Line}: {call.Symbol}: {Banned[call.Symbol]}";
}
