using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MLTransfer.Architecture.Tests;

public class SizeTests
{
    private const int MostColumns = 140;
    private const int MostLines = 400;
    private const int MostMemberLines = 50;
    private const int MostMemberCharacters = 2000;
    private const int LeastLines = 25;

    // Members that are longer than others may be, by type and name, each with its reason.
    private static readonly Dictionary<string, string> LongMembers = new()
    {
        ["ImageFormats.Unsupported"] = "a table of file signatures",
    };

    // Small files without a public type, each with its reason.
    private static readonly Dictionary<string, string> SmallFiles = new()
    {
        ["src/MLTransfer.Cli/Program.cs"] = "the entry point",
        ["src/MLTransfer/Estimators/IgnoresAccessChecksToAttribute.cs"] = "the runtime finds it by its namespace",
    };

    [Fact]
    public void Lines_have_at_most_140_characters() => Rule.Holds(AllFiles().SelectMany(file => LongLines(file.Path, file.Text)));

    [Fact]
    public void A_line_of_141_characters_is_found() => Assert.Equal(["a.cs:2: 141 characters"],
        LongLines("a.cs", $"{new string('a', 140)}\n{new string('b', 141)}\r\n{new string('c', 140)}\r\n"));

    [Fact]
    public void Files_have_at_most_400_lines() => Rule.Holds(AllFiles().SelectMany(file => LongFile(file.Path, file.Text)));

    [Fact]
    public void A_file_of_401_lines_is_found()
    {
        string lines = string.Concat(Enumerable.Repeat("\n", 400));
        Assert.Empty(LongFile("a.cs", lines));
        Assert.Equal(["a.cs: 401 lines"], LongFile("a.cs", lines + "x"));
    }

    [Fact]
    public void Members_have_at_most_50_lines_and_2000_characters() =>
        Rule.Holds(Sources().SelectMany(source => LongMembersOf(source.Code, source.Folder)));

    [Fact]
    public void Long_methods_properties_and_initializers_are_found()
    {
        string lines = string.Concat(Enumerable.Repeat("\n", 48)), characters = new('x', 2000);
        var code = new SourceCode(("A.cs", $$"""
            class A
            {
                void Good() {{{lines}}
                }
                void Long() {{{lines}}

                }
                class Inner
                {
                    string Wide => "{{characters}}";
                    static readonly string[] Table = ["{{characters}}"];
                    Inner() {{{lines}}

                    }
                }
            }
            """));
        Assert.Equal(
            [
                "src/A.cs: A.Long has 51 lines", "src/A.cs: Inner.Wide has 2018 characters",
                "src/A.cs: Inner.Table has 2038 characters", "src/A.cs: Inner.Inner has 51 lines",
            ],
            LongMembersOf(code, "src"));
    }

    [Fact]
    public void A_file_under_25_lines_has_a_public_type() =>
        Rule.Holds(Sources().SelectMany(source => SmallFilesOf(source.Code, source.Folder)));

    [Fact]
    public void A_small_file_of_internal_types_is_found()
    {
        string lines = string.Concat(Enumerable.Repeat("\n", 24));
        Assert.Equal(["src/Small.cs: 1 lines", "src/Nested.cs: 1 lines"], SmallFilesOf(new(
            ("Small.cs", "class Small;"), ("Nested.cs", "class Nested { public class Inner; }"), ("Public.cs", "public class Public;"),
            ("Large.cs", $"{lines}class Large;")), "src"));
    }

    [Fact]
    public void Exceptions_that_are_no_longer_needed_are_removed()
    {
        var members = Sources().SelectMany(source => source.Code.Files).SelectMany(Measure).Where(IsLong).Select(member => member.Name);
        var files = Sources().SelectMany(source => source.Code.Files.Where(IsSmall).Select(file => $"{source.Folder}/{file.Path}"));
        Rule.Holds(LongMembers.Keys.Except(members).Concat(SmallFiles.Keys.Except(files)));
    }

    private static IEnumerable<(string Path, string Text)> AllFiles() =>
        new[] { "src", "tests", "benchmarks" }.SelectMany(folder => Repository.Files(folder, ".cs"))
            .Select(path => (path, File.ReadAllText(Repository.PathOf(path))));

    private static (SourceCode Code, string Folder)[] Sources() =>
    [
        (SourceCode.Library, "src/MLTransfer"), (SourceCode.CommandLine, "src/MLTransfer.Cli"),
        (SourceCode.Interactive, "src/MLTransfer.Interactive"),
    ];

    private static IEnumerable<string> LongLines(string path, string text) =>
        from line in text.Split('\n').Index()
        let length = line.Item.TrimEnd('\r').Length
        where length > MostColumns
        select $"{path}:{line.Index + 1}: {length} characters";

    private static IEnumerable<string> LongFile(string path, string text)
    {
        int lines = text.Count(character => character == '\n') + (text.EndsWith('\n') || text.Length == 0 ? 0 : 1);
        return lines > MostLines ? [$"{path}: {lines} lines"] : [];
    }

    private static IEnumerable<string> LongMembersOf(SourceCode code, string folder) =>
        from file in code.Files
        from member in Measure(file)
        where IsLong(member) && !LongMembers.ContainsKey(member.Name)
        let size = member.Lines > MostMemberLines ? $"{member.Lines} lines" : $"{member.Characters} characters"
        select $"{folder}/{file.Path}: {member.Name} has {size}";

    private static bool IsLong((string Name, int Lines, int Characters) member) =>
        member.Lines > MostMemberLines || member.Characters > MostMemberCharacters;

    // Local functions and lambdas count with the member that holds them.
    private static IEnumerable<(string Name, int Lines, int Characters)> Measure(SourceFile file) =>
        from member in file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>()
        where member is BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax or BaseFieldDeclarationSyntax
        let lines = member.GetLocation().GetLineSpan()
        select ($"{TypeOf(member)}.{NameOf(member)}", lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1, member.Span.Length);

    private static string TypeOf(MemberDeclarationSyntax member) =>
        member.Ancestors().OfType<BaseTypeDeclarationSyntax>().First(type => type is not ExtensionBlockDeclarationSyntax).Identifier.Text;

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        BaseFieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.Text,
        OperatorDeclarationSyntax @operator => $"operator {@operator.OperatorToken.Text}",
        IndexerDeclarationSyntax => "this[]",
        _ => member.Kind().ToString(),
    };

    private static IEnumerable<string> SmallFilesOf(SourceCode code, string folder) => code.Files.Where(IsSmall)
        .Select(file => (Path: $"{folder}/{file.Path}", file.LineCount)).Where(file => !SmallFiles.ContainsKey(file.Path))
        .Select(file => $"{file.Path}: {file.LineCount} lines");

    private static bool IsSmall(SourceFile file) => file.LineCount < LeastLines && !file.HasPublicType;
}
