using System.CommandLine;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Weights.Store;

/// <summary>An argument that is several names, none of them a mistyped option.</summary>
internal static class NamesArgument
{
    internal static Argument<string[]> Of(string name, string description, Command command, ArgumentArity arity)
    {
        var argument = new Argument<string[]>(name) { Description = description, Arity = arity };
        argument.Validators.Add(result =>
        {
            foreach (var option in result.Tokens.Where(token => token.Value.StartsWith('-')))
                result.AddError(Complaints.UnknownOption(option.Value, command));
        });
        return argument;
    }
}
