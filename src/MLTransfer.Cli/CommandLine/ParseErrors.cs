using System.CommandLine;
using System.CommandLine.Parsing;
using MLTransfer.Errors;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Describes every mistake in a command line, each with the nearest valid name.</summary>
internal static class ParseErrors
{
    internal static IReadOnlyList<string> Describe(ParseResult parseResult)
    {
        var (command, unmatched) = (parseResult.CommandResult.Command, parseResult.UnmatchedTokens);
        if (unmatched is [var first, ..] && command.Subcommands.Count > 0 && !first.StartsWith('-'))
            return [UnknownCommand(first, command)];
        // The values after a mistyped option are unmatched as well, but are not the mistake.
        string[] options = [.. unmatched.Where(token => token.StartsWith('-'))];
        return
        [
            .. (options.Length > 0 ? options : unmatched.Take(1)).Select(token => DescribeUnknown(token, command)),
            .. parseResult.Errors.Where(error => !IsAboutUnmatched(error, parseResult)).Select(error => Reword(error, parseResult)),
            .. Mistyped(parseResult).Select(token => UnknownOption(token, command)),
        ];
    }

    /// <summary>Whether a mistyped option was taken for an argument. A request for help is never wrong.</summary>
    internal static bool HasMistypedOption(ParseResult parseResult) =>
        parseResult.Action == parseResult.CommandResult.Command.Action && Mistyped(parseResult).Any();

    // Arguments accept any text: a value that looks like an option is a mistyped one, unless it follows '--'. '-' is standard input.
    private static IEnumerable<string> Mistyped(ParseResult parseResult)
    {
        var literal = parseResult.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return parseResult.CommandResult.Command.Arguments.SelectMany(argument => parseResult.GetResult(argument)?.Tokens ?? [])
            .SkipLast(literal).Select(token => token.Value).Where(value => value is ['-', _, ..]);
    }

    private static string UnknownOption(string token, Command command) =>
        $"Unknown option '{token}'.{NearestName.Suggest(token, OptionNames(command))}";

    internal static string FullName(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}" : command.Name;

    private static string DescribeUnknown(string token, Command command) => token.StartsWith('-')
        ? UnknownOption(token, command)
        : $"Unexpected argument '{token}'; options start with '--'.";

    private static string UnknownCommand(string token, Command command)
    {
        var names = command.Subcommands.Select(each => each.Name).ToArray();
        return $"Unknown command '{token}'.{NearestName.Suggest(token, names)} Commands: {string.Join(", ", names)}.";
    }

    private static bool IsAboutUnmatched(ParseError error, ParseResult parseResult) =>
        parseResult.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
            && error.SymbolResult is CommandResult;

    // The parser's own messages name what is missing without saying what it is.
    private static string Reword(ParseError error, ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command.Subcommands.Count > 0)
            return $"No command given. Commands: {string.Join(", ", command.Subcommands.Select(each => each.Name))}.";
        if (command.Options.FirstOrDefault(
            option => option.Required && error.Message == $"Option '{option.Name}' is required.") is { } missing)
            return $"{missing.Name} {missing.HelpName} is required. {missing.Description}";
        if (command.Options.FirstOrDefault(
            option => error.Message == $"Required argument missing for option: '{option.Name}'.") is { } bare)
            return $"{bare.Name} needs a value: {bare.HelpName}. {bare.Description}";
        return error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument }
            ? $"{argument.Name} is required. {argument.Description}"
            : error.Message;
    }

    private static IEnumerable<string> OptionNames(Command command) =>
        command.Options.Select(option => option.Name).Concat(command.Parents.OfType<Command>().SelectMany(OptionNames));
}
