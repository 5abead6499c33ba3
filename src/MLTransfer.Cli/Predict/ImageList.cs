using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Files;

namespace MLTransfer.Cli.Predict;

/// <summary>The images that were named: files, what lies in folders and archives, and paths on standard input.</summary>
/// <param name="Images">Them, in order; what does not exist gets an error in its place when it is scored.</param>
/// <param name="ParseErrors">What was named and cannot be used; sentences.</param>
internal sealed record ImageList(IReadOnlyList<string> Images, IReadOnlyList<string> ParseErrors)
{
    private const string StandardInput = "-";
    private const char ByteOrderMark = '\uFEFF';

    /// <exception cref="Exception">Nothing that was named can be used; the first complaint, or that standard input was empty.</exception>
    internal static ImageList Of(IReadOnlyList<string> asked, TextReader input, TextWriter words)
    {
        var spelled = new SpelledPaths();
        var images = new List<string>();
        var complaints = new List<Exception>();
        var missing = 0;
        foreach (var path in asked)
        {
            try
            {
                images.AddRange(Named(spelled.OnDisk(path), input, words).Select(spelled.OnDisk));
            }
            catch (FileNotFoundException)
            {
                // Each has an error in its place; one that is alone, or among others of its kind, was mistyped.
                complaints.Add(new UsageException(Paths.NoSuchFile("The image", path)));
                images.Add(path);
                missing++;
            }
            catch (Exception unusable) when (
                unusable is UsageException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                complaints.Add(unusable);
            }
        }
        return images.Count > missing
            ? new(images, [.. complaints.Select(complaint => complaint.Message)])
            : throw (complaints.FirstOrDefault() ?? new UsageException("Standard input named no image; one path per line is expected."));
    }

    private static IEnumerable<string> Named(string path, TextReader input, TextWriter words) => path switch
    {
        StandardInput => Lines(input),
        _ when Directory.Exists(path) => Below(path, words),
        _ when ImageContainer.IsInside(path) => [path],
        _ when ImageContainer.ListImages(path) is { } images => images,
        _ => File.Exists(path) || UnixNames.Has(path) ? [path] : throw new FileNotFoundException(null, path),
    };

    // A path in a list that does not exist is an error of that image alone: the others are scored.
    private static IEnumerable<string> Lines(TextReader input)
    {
        for (var isFirst = true; input.ReadLine() is { } line; isFirst = false)
        {
            var path = isFirst ? line.TrimStart(ByteOrderMark) : line;
            if (path.Length > 0)
                yield return path;
        }
    }

    private static IReadOnlyList<string> Below(string folder, TextWriter words)
    {
        var images = ImageFolder.ListImages(folder, out var leftOut);
        var sentence = LeftOutFiles.Sentence(folder, leftOut);
        if (images.Count == 0)
        {
            throw new UsageException(
                $"'{folder}' holds no image. No file in it or below it has the extension of one, such as .jpg or .png. "
                + sentence);
        }
        if (sentence is not null)
            words.WriteLine(sentence);
        return images;
    }
}
