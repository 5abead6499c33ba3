namespace MLTransfer.Cli.Bench.Images;

/// <summary>The work of 'mlt bench images'.</summary>
internal static class ImagesRun
{
    internal static async Task<ImagesReport> CompareAsync(
        string data, OurLoader ours, int passes, int rounds, string python, TextWriter words, CancellationToken cancel)
    {
        using var peer = new TorchvisionLoader(python, data, ours.Threads);
        await peer.ReadyAsync(cancel).ConfigureAwait(false);
        var count = ours.Count * passes;
        List<LoaderPass> theirs = [], whole = [], reduced = [];
        // The first time around, files come into memory and code is compiled.
        for (var round = 0; round <= rounds; round++)
        {
            words.WriteLine(round == 0 ? "warming up …" : $"round {round} of {rounds} …");
            var first = round == 0;
            theirs.Add(await peer.ReadAsync(first ? 1 : passes, cancel).ConfigureAwait(false));
            whole.Add(ours.Read(first ? ours.Count : count, round, reduced: false, cancel));
            reduced.Add(ours.Read(first ? ours.Count : count, round, reduced: true, cancel));
        }
        LoaderFigures Figures(List<LoaderPass> measured) => LoaderFigures.Of(measured[1..], theirs[1..], ours.Threads);
        return new(data, whole[^1].Images, ours.Threads, rounds, Figures(theirs), Figures(whole), Figures(reduced));
    }
}
