using System.CommandLine;
using System.Runtime.InteropServices;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Benchmarks;

/// <summary>Every comparison, in the order of the help.</summary>
internal static partial class BenchmarkTree
{
    /// <summary>Runs the benchmarks from the root of a clone: the start of every example.</summary>
    internal const string Run = "dotnet run -c Release --project benchmarks/MLTransfer.Benchmarks --";

    internal static Command Create(CommandContext context) => CommandTree.Root(
        "MLTransfer.Benchmarks", "Compares MLTransfer with PyTorch, torchvision and ML.NET, on this machine and in one run.",
        new PeerCommand(context),
        new LoadCommand(context),
        new ForwardCommand(context),
        new BackbonesCommand(context),
        new ImagesCommand(context),
        new FeaturizerCommand(context),
        new RecipesCommand(context),
        new AutoCommand(context),
        new MislabelsCommand(context),
        new CopiesCommand(context),
        new RejectCommand(context));

    /// <summary>
    /// Makes waiting OpenMP threads sleep on both sides, as ./mlt does: spinning ones slow down the threads that decode images.
    /// </summary>
    internal static void UsePassiveWaiting()
    {
        const string Variable = "OMP_WAIT_POLICY", Passive = "passive";
        if (Environment.GetEnvironmentVariable(Variable) is not null)
            return;
        Environment.SetEnvironmentVariable(Variable, Passive);
        // On Unix, .NET changes a copy of the environment, which only child processes get.
        if (!OperatingSystem.IsWindows())
            SetNativeVariable(Variable, Passive, overwrite: 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);
}
