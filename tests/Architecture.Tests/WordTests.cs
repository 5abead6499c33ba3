using System.Text.RegularExpressions;

namespace MLTransfer.Architecture.Tests;

public partial class WordTests
{
    // Column names that users' manifests have, and names that command lines and checkpoints of before have.
    private static readonly (string Folder, Regex Text)[] Allowed =
        [("src/MLTransfer/Data/", ManifestColumn()), ("src/MLTransfer/Estimators/", HiddenOption()),
         ("src/MLTransfer/Training/", FormerName())];

    [Fact]
    public void An_image_is_never_called_a_picture() => Rule.Holds(
        Repository.Files("src").Concat(Repository.Files("docs")).Append("README.md")
            .SelectMany(path => Pictures(path, File.ReadAllText(Repository.PathOf(path)))));

    [Fact]
    public void The_word_is_found_in_names_texts_and_paths_but_not_where_users_may_still_write_it()
    {
        Assert.Equal(["src/A.cs:2: class PictureTests;", "src/A.cs:3: // Reads Pictures."],
            Pictures("src/A.cs", "class Good;\n  class PictureTests;\n// Reads Pictures."));
        Assert.Equal(["docs/pictures.md: the path"], Pictures("docs/pictures.md", ""));
        Assert.Empty(Pictures("src/MLTransfer/Data/Manifest.cs", "[\"image\", \"picture\"]"));
        Assert.Empty(Pictures("src/MLTransfer/Estimators/Options.cs", "new(\"--image-limit\", \"--picture-limit\")"));
        Assert.NotEmpty(Pictures("src/MLTransfer/Imaging/Manifest.cs", "[\"image\", \"picture\"]"));
        Assert.NotEmpty(Pictures("src/MLTransfer/Data/Manifest.cs", "the picture"));
    }

    [Fact]
    public void Words_are_spelled_as_in_the_names_of_the_API() => Rule.Holds(
        from path in Repository.Files("src").Concat(Repository.Files("docs")).Append("README.md")
        from line in File.ReadLines(Repository.PathOf(path))
        where British().IsMatch(line)
        select $"{path}: {line.Trim()}");

    [Fact]
    public void Names_and_JSON_of_before_may_be_spelled_as_they_are()
    {
        Assert.All(["a colour", "grey", "the centre", "labelled", "neighbours", "behaviour", "recognised", "cancelled"],
            text => Assert.Matches(British(), text));
        Assert.All(["color", "\"one-colour\"", "unlabelled", "OneColour", "LabelledBatch", "Cancelled"],
            text => Assert.DoesNotMatch(British(), text));
    }

    private static IEnumerable<string> Pictures(string path, string text)
    {
        const string Word = "picture";
        if (path.Contains(Word, StringComparison.OrdinalIgnoreCase))
            yield return $"{path}: the path";
        Regex[] allowed = [.. Allowed.Where(each => path.StartsWith(each.Folder, StringComparison.Ordinal)).Select(each => each.Text)];
        foreach ((int index, string line) in text.Split('\n').Index())
            if (allowed.Aggregate(line, (left, regex) => regex.Replace(left, "")).Contains(Word, StringComparison.OrdinalIgnoreCase))
                yield return $"{path}:{index + 1}: {line.Trim()}";
    }

    [GeneratedRegex(@"(?<![\w-])(colour|grey|centre|labelled|neighbour|behaviour|recognise|cancelled|catalogue)")]
    private static partial Regex British();

    [GeneratedRegex("\"pictures?\"")]
    private static partial Regex ManifestColumn();

    [GeneratedRegex("\"(Validation )?[Pp]ictures\"")]
    private static partial Regex FormerName();

    [GeneratedRegex("\"--[a-z-]*picture[a-z-]*\"")]
    private static partial Regex HiddenOption();
}
