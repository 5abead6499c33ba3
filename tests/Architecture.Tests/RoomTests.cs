using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MLTransfer.Architecture.Tests;

/// <summary>The room of a type is the first folder of its file.</summary>
public class RoomTests
{
    private static readonly string[] Rooms =
    [
        "Native", "Errors", "Files", "Downloads", "Data", "Imaging", "Models", "Graphs", "Weights", "Features", "Training", "Estimators",
        "Evaluation", "Serving", "Catalog", "Vision",
    ];

    [Fact]
    public void The_library_compiles_here_so_that_every_name_is_resolved() => Rule.Holds(SourceCode.Library.CompileErrors);

    [Fact]
    public void A_room_refers_only_to_rooms_on_its_left() => Rule.Holds(ReferencesToTheRight(SourceCode.Library));

    [Fact]
    public void References_to_the_right_are_found_in_types_members_and_extension_methods()
    {
        var code = new SourceCode(
            ("Files/Left.cs", "namespace MLTransfer.Files; class Left { public int Size => 1; }"),
            ("Training/Loop.cs", "namespace MLTransfer.Training; class Loop { public static int Run() => 1; }"),
            ("Training/Words.cs", "namespace MLTransfer.Training; static class Words { public static int Count(this string s) => 1; }"),
            ("Data/Good.cs", "using MLTransfer.Files; namespace MLTransfer.Data; class Good { int F(Left left) => left.Size; }"),
            ("Data/Type.cs", "namespace MLTransfer.Data; class Type { MLTransfer.Training.Loop? _loop = null; }"),
            ("Data/Member.cs", "using static MLTransfer.Training.Loop; namespace MLTransfer.Data; class Member { int F() => Run(); }"),
            ("Data/Extension.cs", "using MLTransfer.Training; namespace MLTransfer.Data; class Extension { int F() => \"\".Count(); }"));
        Assert.Empty(code.CompileErrors);
        Assert.Equal(
            [
                "Data/Type.cs → Training/Loop.cs (Loop)", "Data/Member.cs → Training/Loop.cs (Loop)",
                "Data/Extension.cs → Training/Words.cs (Words)",
            ],
            ReferencesToTheRight(code).Distinct());
    }

    [Fact]
    public void Every_file_of_the_library_is_in_a_room() => Rule.Holds(FilesOutsideRooms(SourceCode.Library));

    [Fact]
    public void A_file_outside_the_rooms_is_found() => Assert.Equal(["Utils/A.cs", "B.cs"],
        FilesOutsideRooms(new(("Utils/A.cs", ""), ("B.cs", ""), ("Data/Cards/C.cs", ""))));

    [Fact]
    public void A_namespace_is_the_path_of_its_folder() => Rule.Holds([
        .. ForeignNamespaces(SourceCode.Library, "MLTransfer"), .. ForeignNamespaces(SourceCode.CommandLine, "MLTransfer.Cli"),
        .. ForeignNamespaces(SourceCode.Interactive, "MLTransfer.Interactive")]);

    [Fact]
    public void A_namespace_that_is_not_its_folder_is_found()
    {
        var code = new SourceCode(
            ("Data/Good.cs", "namespace MLTransfer.Data;"),
            ("Data/Cards/Good.cs", "namespace MLTransfer.Data.Cards;"),
            ("Data/First.cs", "namespace MLTransfer; public class First;"),
            ("Data/Hidden.cs", "namespace MLTransfer; class Hidden;"),
            ("Data/Cards/Bad.cs", "namespace MLTransfer.Data;"),
            ("Catalog/Good.cs", "namespace Microsoft.ML; public static class Good { public static int F(this string s) => 1; }"),
            ("Catalog/Bad.cs", "namespace Microsoft.ML; public static class Bad { public static int F(string s) => 1; }"),
            ("Catalog/None.cs", "class None;"));
        Assert.Equal(
            [
                "Data/Hidden.cs: namespace MLTransfer", "Data/Cards/Bad.cs: namespace MLTransfer.Data",
                "Catalog/Bad.cs: namespace Microsoft.ML", "Catalog/None.cs: no namespace",
            ],
            ForeignNamespaces(code, "MLTransfer"));
    }

    [Fact]
    public void Folders_are_at_most_two_deep() => Rule.Holds(DeepFolders(SourceCode.Library).Concat(DeepFolders(SourceCode.CommandLine)));

    [Fact]
    public void A_third_folder_is_found() =>
        Assert.Equal(["A/B/C/Deep.cs"], DeepFolders(new(("A/B/C/Deep.cs", ""), ("A/B/Good.cs", ""), ("Good.cs", ""))));

    private static IEnumerable<string> ReferencesToTheRight(SourceCode code) =>
        from file in code.Files
        from used in code.SymbolsIn(file)
        where used.Symbol is INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol
        let type = used.Symbol as INamedTypeSymbol ?? used.Symbol.ContainingType
        where type is not null
        from declaration in type.DeclaringSyntaxReferences
        let target = declaration.SyntaxTree.FilePath
        where Position(target) > Position(file.Path)
        select $"{file.Path} → {target} ({type.Name})";

    private static IEnumerable<string> FilesOutsideRooms(SourceCode code) =>
        code.Files.Where(file => Position(file.Path) < 0).Select(file => file.Path);

    private static int Position(string path) => Array.IndexOf(Rooms, path.Split('/')[0]);

    private static IEnumerable<string> ForeignNamespaces(SourceCode code, string root)
    {
        foreach (SourceFile file in code.Files)
        {
            string room = string.Join('.', [root, .. file.Folders]);
            string[] namespaces =
                [.. file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(space => space.Name.ToString())];
            if (namespaces.Length == 0 && file.TopLevelTypes.Any())
                yield return $"{file.Path}: no namespace";
            foreach (string space in namespaces.Where(space => space != room && !MayBeUsedAnywhere(space, file)))
                yield return $"{file.Path}: namespace {space}";
        }
    }

    // MLTransfer is for the public types that a first program meets; internal types below them share their file's namespace.
    private static bool MayBeUsedAnywhere(string space, SourceFile file) => space switch
    {
        "MLTransfer" => file.HasPublicType,
        "Microsoft.ML" or "Microsoft.Extensions.DependencyInjection" => file.Root.DescendantNodes().Any(
            node => node is ExtensionBlockDeclarationSyntax
            || node is ParameterSyntax parameter && parameter.Modifiers.Any(SyntaxKind.ThisKeyword)),
        "System.Runtime.CompilerServices" => true,
        _ => false,
    };

    private static IEnumerable<string> DeepFolders(SourceCode code) =>
        code.Files.Where(file => file.Folders.Length > 2).Select(file => file.Path);
}
