using System.Runtime.InteropServices;
using MLTransfer.Cli;
using MLTransfer.Cli.CommandLine;

using var interruption = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await MltApplication.RunAsync(args, CommandContext.OfProcess(), interruption.Token).ConfigureAwait(false);

// The first signal asks the work to end and keep what it has; the second is the system's to answer.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
