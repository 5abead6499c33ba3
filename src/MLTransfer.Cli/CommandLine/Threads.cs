using System.CommandLine;
using MLTransfer.Native;
using TorchSharp;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The processor threads of a command.</summary>
internal static class Threads
{
    /// <summary>What --threads is when it is not given. libtorch by itself leaves the second thread of each core idle.</summary>
    internal static int Default => Environment.ProcessorCount;

    internal static Option<int?> Option() =>
        CliOption.Integer("--threads", "Processor threads. [default: as many as the processor has]", 1, 1024);

    /// <summary>Tells libtorch.</summary>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    internal static void Use(int? asked)
    {
        TorchLibrary.Require();
        torch.set_num_threads(asked ?? Default);
    }
}
