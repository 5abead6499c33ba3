using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MLTransfer.Cli.Bench;
using MLTransfer.Cli.Datasets;
using MLTransfer.Cli.Demo;
using MLTransfer.Cli.Doctor;
using MLTransfer.Cli.Evaluate;
using MLTransfer.Cli.Models;
using MLTransfer.Cli.Predict;
using MLTransfer.Cli.Train;
using MLTransfer.Cli.Weights;

namespace MLTransfer.Cli.CommandLine;

/// <summary>Every command of the tool, in the order of its help.</summary>
internal static class CommandTree
{
    internal static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "When something fails, say where in the program too.",
        Recursive = true,
    };

    internal static Command Of(CommandContext context)
    {
        // RootCommand would be called what the process is called, which is dotnet or a test's host as often as mlt.
        var root = new Command("mlt", "Transfer learning for image classification: from a folder of labelled images to an ML.NET model.");
        foreach (var command in Commands(context))
            root.Add(command);
        root.Add(Verbose);
        root.Add(new HelpOption { Action = new CommandHelp() });
        root.Add(new VersionOption { Action = new Version() });
        return root;
    }

    private static IEnumerable<Command> Commands(CommandContext context) =>
    [
        new TrainCommand(context),
        new EvaluateCommand(context),
        new PredictCommand(context),
        new ModelsCommand(context),
        new WeightsCommand(context),
        new DatasetsCommand(context),
        new DoctorCommand(context),
        new DemoCommand(context),
        new BenchCommand(context),
    ];

    private sealed class Version : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"mlt {typeof(CommandTree).Assembly.GetName().Version?.ToString(3)}");
            return ExitCode.Done;
        }
    }
}
