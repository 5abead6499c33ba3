using System.CommandLine;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Weights;

/// <summary>An argument that is one file, and never a mistyped option.</summary>
internal static class FileArgument
{
    internal static Argument<string> Of(string name, string description, Command command)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] option }])
                result.AddError(Complaints.UnknownOption(option, command));
        });
        return argument;
    }
}
