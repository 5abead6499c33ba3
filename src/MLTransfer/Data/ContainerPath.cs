namespace MLTransfer.Data;

/// <summary>The path of an image in a file that holds many: <c>images.zip!/ants/1.jpg</c>.</summary>
internal static class ContainerPath
{
    private const string Separator = "!/";

    public static string Of(string container, string entry) => container + Separator + entry;

    /// <summary>
    /// The file and the name in it; null where no part of the path before a <c>!/</c> is a file: then it is a plain path.
    /// </summary>
    public static (SharedContainer Container, string Entry)? Parse(string path)
    {
        for (int at = path.IndexOf(Separator, StringComparison.Ordinal); at > 0; at =
            path.IndexOf(Separator, at + 1, StringComparison.Ordinal))
        {
            if (SharedContainer.Find(path[..at]) is { } container)
                return (container, path[(at + Separator.Length)..]);
        }
        return null;
    }
}
