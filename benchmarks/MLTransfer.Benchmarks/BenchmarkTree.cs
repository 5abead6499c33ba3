using System.CommandLine;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Benchmarks;

/// <summary>Every comparison, in the order of the help.</summary>
internal static class BenchmarkTree
{
    /// <summary>Runs the benchmarks from the root of a clone: the start of every example.</summary>
    internal const string Run = "dotnet run -c Release --project benchmarks/MLTransfer.Benchmarks --";

    internal static Command Create(CommandContext context) => CommandTree.Root(
        "MLTransfer.Benchmarks", "Compares MLTransfer with PyTorch, torchvision and ML.NET, on this machine and in one run.",
        new CompareCommand(context),
        new BackbonesCommand(context),
        new EndureCommand(context),
        new ScaleCommand(context),
        new RecipesCommand(context),
        new CachedViewsCommand(context),
        new AutoCommand(context),
        new MislabelsCommand(context),
        new CopiesCommand(context),
        new RejectCommand(context));
}
