using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Files;

namespace MLTransfer.Cli.Predict;

/// <summary>The images to classify: files, the content of folders and archives, and paths on standard input.</summary>
/// <param name="Images">Their paths, in order; a missing one gets an error in its place when it is scored.</param>
/// <param name="Problems">What cannot be used, a sentence each.</param>
internal sealed record ImageList(IReadOnlyList<string> Images, IReadOnlyList<string> Problems)
{
    private const string StandardInput = "-";
    private const char ByteOrderMark = '\uFEFF';

    /// <exception cref="Exception">Nothing can be used; the first problem, or that standard input was empty.</exception>
    internal static ImageList Collect(IReadOnlyList<string> paths, TextReader input, TextWriter messages)
    {
        var spelled = new SpelledPaths();
        var images = new List<string>();
        var problems = new List<Exception>();
        var missing = 0;
        foreach (var path in paths)
        {
            try
            {
                images.AddRange(Expand(spelled.FindOnDisk(path), input, messages).Select(spelled.FindOnDisk));
            }
            catch (FileNotFoundException)
            {
                // It gets an error in its place among the others; without any others it is refused.
                problems.Add(new UsageException(Paths.NoSuchFile("The image", path)));
                images.Add(path);
                missing++;
            }
            catch (Exception unusable) when (
                unusable is UsageException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                problems.Add(unusable);
            }
        }
        return images.Count > missing
            ? new(images, [.. problems.Select(problem => problem.Message)])
            : throw (problems.FirstOrDefault() ?? new UsageException("Standard input holds no paths; one per line is expected."));
    }

    private static IEnumerable<string> Expand(string path, TextReader input, TextWriter messages) => path switch
    {
        StandardInput => ReadLines(input),
        _ when Directory.Exists(path) => ListFolder(path, messages),
        _ when ContainerPath.Parse(path) is not null => [path],
        _ when SharedContainer.Find(path)?.TryOpen() is { } container => container.Names.Select(name => ContainerPath.Join(path, name)),
        _ => File.Exists(path) || UnixNames.IsNotUtf8(path) ? [path] : throw new FileNotFoundException(null, path),
    };

    // A path on standard input that does not exist is an error of that image alone; the others are scored.
    private static IEnumerable<string> ReadLines(TextReader input)
    {
        for (var isFirst = true; input.ReadLine() is { } line; isFirst = false)
        {
            var path = isFirst ? line.TrimStart(ByteOrderMark) : line;
            if (path.Length > 0)
                yield return path;
        }
    }

    private static IReadOnlyList<string> ListFolder(string folder, TextWriter messages)
    {
        var images = ImageFolder.ListImages(folder, out var leftOut);
        var sentence = LeftOutFiles.Sentence(folder, leftOut);
        if (images.Count == 0)
        {
            throw new UsageException(
                $"'{folder}' holds no images. No file in it or below it has the extension of an image, such as .jpg or .png. "
                + sentence);
        }
        if (sentence is not null)
            messages.WriteLine(sentence);
        return images;
    }
}
