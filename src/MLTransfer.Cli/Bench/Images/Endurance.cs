namespace MLTransfer.Cli.Bench.Images;

/// <summary>The work of 'mlt bench images --endure'.</summary>
internal static class Endurance
{
    private const int Parts = 10;

    internal static EnduranceReport Run(string data, OurLoader ours, int images, TextWriter words, CancellationToken cancel)
    {
        var passes = new List<LoaderPass>();
        var memory = new List<MemoryMark>();
        for (var part = 0; part < Parts; part++)
        {
            passes.Add(ours.Read(images / Parts, epoch: part, reduced: false, cancel));
            memory.Add(new(passes.Sum(pass => pass.Images), Environment.WorkingSet));
            words.WriteLine($"{memory[^1].Images} images …");
        }
        double read = passes.Sum(pass => pass.Images);
        return new(
            data, ours.Threads, read / passes.Sum(pass => pass.Seconds), passes.Sum(pass => pass.AllocatedBytes) / read,
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => passes.Sum(pass => pass.Collections[generation]))], memory);
    }
}
