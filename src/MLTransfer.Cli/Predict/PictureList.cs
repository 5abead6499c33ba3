using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Reading;

namespace MLTransfer.Cli.Predict;

/// <summary>The pictures that were named: files, what lies in folders and archives, and paths on standard input.</summary>
internal static class PictureList
{
    private const string StandardInput = "-";

    /// <exception cref="UsageException">A named file or folder does not exist, a folder has no picture, or nothing is left.</exception>
    internal static IReadOnlyList<string> Of(IReadOnlyList<string> asked, TextReader input, TextWriter words)
    {
        var spelled = new SpelledPaths();
        string[] pictures = [.. asked.SelectMany(path => Named(spelled.OnDisk(path), input, words)).Select(spelled.OnDisk)];
        return pictures.Length > 0 ? pictures : throw new UsageException("Standard input named no picture; one path per line is expected.");
    }

    private static IEnumerable<string> Named(string path, TextReader input, TextWriter words) => path switch
    {
        StandardInput => Lines(input),
        _ when Directory.Exists(path) => Below(path, words),
        _ when ImageContainer.IsInside(path) => [path],
        _ when ImageContainer.ListPictures(path) is { } pictures => pictures,
        _ => [UnixNames.Has(path) ? path : Paths.ExistingFile("The picture", path)],
    };

    // A path in a list that does not exist is an error of that picture alone: the others are scored.
    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }

    private static IReadOnlyList<string> Below(string folder, TextWriter words)
    {
        var pictures = ImageFolder.ListPictures(folder, out var leftOut);
        var sentence = LeftOutFiles.Sentence(folder, leftOut);
        if (pictures.Count == 0)
        {
            throw new UsageException(
                $"'{folder}' holds no picture. No file in it or below it has the extension of one, such as .jpg or .png. "
                + sentence);
        }
        if (sentence is not null)
            words.WriteLine(sentence);
        return pictures;
    }
}
