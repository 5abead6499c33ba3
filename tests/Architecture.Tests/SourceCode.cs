using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MLTransfer.Architecture.Tests;

/// <summary>C# files, parsed and, when a rule asks what a name means, compiled in memory.</summary>
internal sealed class SourceCode
{
    // What the SDK's ImplicitUsings add.
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Parsing =
        new(LanguageVersion.Latest, preprocessorSymbols: ["NET", "NET10_0", "NET10_0_OR_GREATER"]);

    private readonly Lazy<CSharpCompilation> _compilation;
    private readonly Lazy<ILookup<SourceFile, (SyntaxNode Node, ISymbol Symbol)>> _symbols;

    /// <param name="files">Paths, with slashes, relative to the project's folder, and what the files contain.</param>
    public SourceCode(params IEnumerable<(string Path, string Text)> files)
    {
        Files = [.. files.Select(file => new SourceFile(file.Path, CSharpSyntaxTree.ParseText(file.Text, Parsing, file.Path)))];
        _compilation = new(() => CSharpCompilation.Create("MLTransfer",
            [.. Files.Select(file => file.Tree), CSharpSyntaxTree.ParseText(ImplicitUsings, Parsing)], References(),
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable)));
        _symbols = new(() => Files.AsParallel().AsOrdered().SelectMany(ResolveSymbols, (file, used) => (file, used))
            .ToLookup(pair => pair.file, pair => pair.used));
    }

    /// <summary>The library, src/MLTransfer.</summary>
    public static SourceCode Library { get; } = Read("src/MLTransfer");

    /// <summary>The command line, src/MLTransfer.Cli.</summary>
    public static SourceCode CommandLine { get; } = Read("src/MLTransfer.Cli");

    /// <summary>What notebooks show, src/MLTransfer.Interactive.</summary>
    public static SourceCode Interactive { get; } = Read("src/MLTransfer.Interactive");

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Errors of the compilation. Partial methods are implemented by source generators, which do not run here.</summary>
    public IEnumerable<string> CompileErrors => _compilation.Value.GetDiagnostics()
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != "CS8795")
        .Select(diagnostic => diagnostic.ToString());

    /// <summary>Every name and every constructor call of a file, with what it refers to.</summary>
    public IEnumerable<(SyntaxNode Node, ISymbol Symbol)> SymbolsIn(SourceFile file) => _symbols.Value[file];

    // The project does not compile buildTransitive: it is compiled into the apps that use the package.
    private static SourceCode Read(string folder) => new(Repository.Files(folder, ".cs")
        .Where(path => !path.Contains("/buildTransitive/", StringComparison.Ordinal))
        .Select(path => (path[(folder.Length + 1)..], File.ReadAllText(Repository.PathOf(path)))));

    private IEnumerable<(SyntaxNode Node, ISymbol Symbol)> ResolveSymbols(SourceFile file)
    {
        SemanticModel model = _compilation.Value.GetSemanticModel(file.Tree);
        return
            from node in file.Root.DescendantNodes()
            where node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax
            let symbol = model.GetSymbolInfo(node).Symbol
            where symbol is not null
            select (node, (symbol as IMethodSymbol)?.ReducedFrom ?? symbol.OriginalDefinition);
    }

    // All that the test process runs with, but the library, which is what is compiled here, and these tests.
    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("MLTransfer.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
}

/// <summary>A parsed file.</summary>
/// <param name="Path">Its path, with slashes, relative to the project's folder.</param>
/// <param name="Tree">Its syntax tree.</param>
internal sealed record SourceFile(string Path, SyntaxTree Tree)
{
    public CompilationUnitSyntax Root => Tree.GetCompilationUnitRoot();

    /// <summary>The folder as the parts of its path.</summary>
    public string[] Folders => Path.Split('/')[..^1];

    public int LineCount => Tree.GetText().Lines.Count(line => line.EndIncludingLineBreak > line.Start);

    /// <summary>The types that are not nested in others.</summary>
    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes => Root.DescendantNodes()
        .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
        .Where(node => node.Parent is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .Cast<MemberDeclarationSyntax>();

    public bool HasPublicType => TopLevelTypes.Any(type => type.Modifiers.Any(SyntaxKind.PublicKeyword));
}
