using System.CommandLine;
using System.CommandLine.Parsing;
using MLTransfer.Errors;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Says what is wrong with a command line: every mistake, each with the nearest thing that is possible.</summary>
internal static class ParseErrors
{
    internal static IReadOnlyList<string> Describe(ParseResult asked)
    {
        var (command, unmatched) = (asked.CommandResult.Command, asked.UnmatchedTokens);
        if (unmatched is [var first, ..] && command.Subcommands.Count > 0 && !first.StartsWith('-'))
            return [UnknownCommand(first, command)];
        // The values that follow a mistyped option are unmatched as well, but not what is wrong.
        string[] options = [.. unmatched.Where(token => token.StartsWith('-'))];
        return
        [
            .. (options.Length > 0 ? options : unmatched.Take(1)).Select(token => Unknown(token, command)),
            .. asked.Errors.Where(error => !IsAboutUnmatched(error, asked)).Select(error => Reworded(error, asked)),
            .. Mistyped(asked).Select(token => UnknownOption(token, command)),
        ];
    }

    /// <summary>Whether a mistyped option was taken for an argument; not where help was asked for.</summary>
    internal static bool HasMistypedOption(ParseResult asked) =>
        asked.Action == asked.CommandResult.Command.Action && Mistyped(asked).Any();

    // Arguments take anything: a value that looks like an option is a mistyped one, unless it comes after '--'. '-' is standard input.
    private static IEnumerable<string> Mistyped(ParseResult asked)
    {
        var literal = asked.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return asked.CommandResult.Command.Arguments.SelectMany(argument => asked.GetResult(argument)?.Tokens ?? [])
            .SkipLast(literal).Select(token => token.Value).Where(value => value is ['-', _, ..]);
    }

    private static string UnknownOption(string token, Command command) =>
        $"There is no option '{token}' of '{FullName(command)}'.{NearestName.Question(token, OptionNames(command))}";

    internal static string FullName(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}" : "mlt";

    private static string Unknown(string token, Command command) => token.StartsWith('-')
        ? UnknownOption(token, command)
        : $"'{FullName(command)}' does not know what to do with '{token}'; options begin with '--'.";

    private static string UnknownCommand(string token, Command command)
    {
        var names = command.Subcommands.Select(each => each.Name).ToArray();
        return $"There is no command '{FullName(command)} {token}'.{NearestName.Question(token, names)} Commands: "
            + $"{string.Join(", ", names)}.";
    }

    private static bool IsAboutUnmatched(ParseError error, ParseResult asked) =>
        asked.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
            && error.SymbolResult is CommandResult;

    // The parser's sentences for what is missing name it and nothing more.
    private static string Reworded(ParseError error, ParseResult asked)
    {
        var command = asked.CommandResult.Command;
        if (command.Subcommands.Count > 0)
            return $"a command is missing. Commands: {string.Join(", ", command.Subcommands.Select(each => each.Name))}.";
        if (command.Options.FirstOrDefault(
            option => option.Required && error.Message == $"Option '{option.Name}' is required.") is { } missing)
            return $"{missing.Name} {missing.HelpName} is missing. {missing.Description}";
        if (command.Options.FirstOrDefault(
            option => error.Message == $"Required argument missing for option: '{option.Name}'.") is { } bare)
            return $"{bare.Name} needs a value: {bare.HelpName}. {bare.Description}";
        return error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument }
            ? $"{argument.Name} is missing. {argument.Description}"
            : error.Message;
    }

    private static IEnumerable<string> OptionNames(Command command) =>
        command.Options.Select(option => option.Name).Concat(command.Parents.OfType<Command>().SelectMany(OptionNames));
}
