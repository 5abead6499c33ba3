using MLTransfer.Cli;
using MLTransfer.Cli.CommandLine;

return await MltApplication.RunProcessAsync(CommandTree.Create, args).ConfigureAwait(false);
