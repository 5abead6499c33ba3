using System.CommandLine;
using System.Text.RegularExpressions;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.CommandLine;

public partial class CommandContractTests
{
    public static TheoryData<string> AllCommands() => new(Named().Select(command => command.Name));

    [Theory, MemberData(nameof(AllCommands))]
    public void Every_command_has_a_description_and_examples_of_itself(string name)
    {
        var command = Find(name);
        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.NotEmpty(command.Examples);
        Assert.All(command.Examples, example => Assert.Contains($"mlt {name}", example, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(AllCommands))]
    public void Every_option_and_argument_is_described_by_a_sentence(string name)
    {
        var command = Find(name);
        Assert.All(command.Options.Cast<Symbol>().Concat(command.Arguments), symbol => Assert.Matches(@"[.\])]$", symbol.Description));
    }

    [Theory, MemberData(nameof(AllCommands))]
    public void The_examples_of_every_command_parse(string name)
    {
        foreach (var example in Find(name).Examples)
        {
            var line = example[(example.IndexOf("mlt ", StringComparison.Ordinal) + 4)..].Split(" > ")[0];
            Assert.Empty(Root().Parse(line).Errors);
        }
    }

    // Lines that name alternatives or leave something out are no commands.
    [Fact]
    public void The_commands_on_the_pages_parse()
    {
        if (SharedFolder.Repository is not { } repository) return;
        string[] pages = [Path.Combine(repository, "README.md"), .. Pages("docs"), .. Pages("notebooks")];
        var commands = (
            from page in pages
            from match in PageCommand().Matches(Regex.Replace(File.ReadAllText(page), @"\\\n *", ""))
            select (Page: page, Line: match.Groups["line"].Value)).Where(found => !found.Line.Contains('…')).ToArray();
        Assert.True(commands.Length > 30, $"{commands.Length} commands");
        Assert.All(commands, found => Assert.True(
            Root().Parse(found.Line).Errors is [], $"{Path.GetRelativePath(repository, found.Page)}: {found.Line}"));

        string[] Pages(string folder) => Directory.GetFiles(Path.Combine(repository, folder), "*.md", SearchOption.AllDirectories);
    }

    [Theory, MemberData(nameof(AllCommands))]
    public async Task Every_command_shows_its_help_on_standard_output(string name)
    {
        var outcome = await Mlt.RunAsync([.. name.Split(' '), "--help"]);
        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.Equal("", outcome.Error);
        Expected.Is($"help-{name.Replace(' ', '-')}.txt", outcome.Output);
    }

    [Theory, MemberData(nameof(AllCommands))]
    public async Task Every_command_refuses_an_unknown_option_and_names_the_nearest(string name)
    {
        var outcome = await Mlt.RunAsync([.. name.Split(' '), "--jsn"]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal("", outcome.Output);
        Assert.Contains($"mlt {name}: Unknown option '--jsn'. Did you mean '--json'?", outcome.Error, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(AllCommands))]
    public void Every_command_promises_json_and_describes_it(string name)
    {
        var command = Find(name);
        Assert.Contains(command.Options, option => option.Name == "--json");
        Assert.Contains("JSON:", command.Remarks, StringComparison.Ordinal);
    }

    // What follows several spaces or a number sign says what the command does.
    [GeneratedRegex(@"^(?:\./)?mlt (?<line>(?:(?!   | #)[^|\[\n])+)(?:   .*| #.*)?$", RegexOptions.Multiline)]
    private static partial Regex PageCommand();

    private static Command Root() =>
        CommandTree.Create(new CommandContext
        {
            Input = TextReader.Null, Output = TextWriter.Null, Error = TextWriter.Null,
            CacheFolder = ""
        });

    private static MltCommand Find(string name) => Named().Single(command => command.Name == name).Command;

    private static IEnumerable<(string Name, MltCommand Command)> Named() => Below(Root(), "");

    private static IEnumerable<(string Name, MltCommand Command)> Below(Command command, string prefix) =>
        command.Subcommands.SelectMany(each =>
        each is MltCommand own ? [(prefix + each.Name, own)] : Below(each, $"{prefix}{each.Name} "));
}
