using MLTransfer.Downloads;

namespace MLTransfer.Cli.Downloads;

/// <summary>Notes whether anything was downloaded: a file of the right name may have been there, damaged.</summary>
internal sealed class DownloadNote
{
    internal bool Downloaded { get; private set; }

    internal IProgress<DownloadProgress> PassingTo(IProgress<DownloadProgress>? listener) => new Passing(this, listener);

    private sealed class Passing(DownloadNote note, IProgress<DownloadProgress>? listener) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            // Waiting may end with what another process has brought.
            note.Downloaded |= value.Phase is DownloadPhase.Receiving or DownloadPhase.Checking;
            listener?.Report(value);
        }
    }
}
