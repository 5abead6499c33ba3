using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MLTransfer.Cli.Datasets;
using MLTransfer.Cli.Demo;
using MLTransfer.Cli.Doctor;
using MLTransfer.Cli.Evaluate;
using MLTransfer.Cli.Explain;
using MLTransfer.Cli.Export;
using MLTransfer.Cli.Graphs;
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
        Description = "Show the full exception when a command fails.",
        Recursive = true,
    };

    internal static readonly Option<bool> Quiet = new("--quiet")
    {
        Description = "Show only the result and errors: no progress and no notes.",
        Recursive = true,
    };

    internal static Command Create(CommandContext context) => Root(
        "mlt", "Transfer learning for image classification: from a folder of labeled images to an ML.NET model.",
        new TrainCommand(context),
        new LearningRateCommand(context),
        new EvaluateCommand(context),
        new ReportCommand(context),
        new PredictCommand(context),
        new ExplainCommand(context),
        new ExportCommand(context),
        new ModelsCommand(context),
        Group("weights", "Lists, downloads, verifies, inspects, converts and packs pretrained weights.",
            new WeightsListCommand(context),
            new WeightsGetCommand(context),
            new WeightsVerifyCommand(context),
            new WeightsInspectCommand(context),
            new WeightsConvertCommand(context),
            new WeightsPackCommand(context)),
        Group("graph", "Inspects and runs frozen graphs of other frameworks.",
            new GraphInfoCommand(context),
            new GraphRunCommand(context)),
        Group("datasets", "Downloads published data sets; checks, inspects and splits your own.",
            new DatasetsListCommand(context),
            new DatasetsInfoCommand(context),
            new DatasetsGetCommand(context),
            new DatasetsCheckCommand(context),
            new DatasetsInspectCommand(context),
            new DatasetsSplitCommand(context)),
        new DoctorCommand(context),
        new DemoCommand(context));

    /// <summary>A root command with what every command has: --quiet, --verbose, --help and --version.</summary>
    internal static Command Root(string name, string description, params ReadOnlySpan<Command> commands)
    {
        // RootCommand would take the name of the process, which is as often dotnet or a test host.
        var root = Group(name, description, commands);
        root.Add(Quiet);
        root.Add(Verbose);
        root.Add(new HelpOption { Action = new HelpWithExamples() });
        root.Add(new VersionOption { Action = new PrintVersion(name) });
        return root;
    }

    private static Command Group(string name, string description, params ReadOnlySpan<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
            group.Add(command);
        return group;
    }

    private sealed class PrintVersion(string name) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{name} {typeof(CommandTree).Assembly.GetName().Version?.ToString(3)}");
            return ExitCode.Done;
        }
    }

    /// <summary>System.CommandLine's help, followed by examples, remarks and the exit codes.</summary>
    private sealed class HelpWithExamples : SynchronousCommandLineAction
    {
        private const int Width = 120;

        private readonly HelpAction _standard = new() { MaxWidth = Width };

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var (command, output) = (parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
            _standard.Invoke(parseResult);
            output.WriteLine("Examples:");
            foreach (var example in ExamplesOf(command))
                output.WriteLine($"  {example}");
            output.WriteLine();
            if (command is MltCommand { Remarks: { } remarks })
                output.WriteLine(remarks);
            output.WriteLine(ExitCode.Legend);
            return ExitCode.Done;
        }

        /// <summary>A command's own examples; of a group, the first of each of its commands.</summary>
        private static IEnumerable<string> ExamplesOf(Command command) => command is MltCommand own
            ? own.Examples
            : command.Subcommands.SelectMany(each => ExamplesOf(each).Take(1));
    }
}
