namespace MLTransfer.Graphs;

/// <summary>A graph as the name of a backbone: <c>graph:FILE</c>, <c>graph:FILE#OUTPUT</c> or <c>graph:FILE#INPUT,OUTPUT</c>.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Input">The node that is fed; null: found by itself.</param>
/// <param name="Output">The node whose output are the features; null: found by itself.</param>
internal sealed record GraphAddress(string Path, string? Input, string? Output)
{
    private const string Prefix = "graph:";

    /// <summary>The address without folders, which model files hold.</summary>
    public string Name => string.Concat(Prefix, System.IO.Path.GetFileName(Path), Nodes);

    private string Nodes => Output is null ? "" : Input is null ? $"#{Output}" : $"#{Input},{Output}";

    /// <summary>The address that a text is; null where it is the name of something else.</summary>
    public static GraphAddress? TryParse(string backbone)
    {
        if (!backbone.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return null;
        string rest = backbone[Prefix.Length..];
        int mark = rest.LastIndexOf('#');
        if (mark < 0) return new(rest, null, null);
        // Names of nodes have no commas.
        return rest[(mark + 1)..].Split(',', 2, StringSplitOptions.TrimEntries) switch
        {
            [{ Length: > 0 } input, { Length: > 0 } output] => new(rest[..mark], input, output),
            [{ Length: > 0 } output] => new(rest[..mark], null, output),
            _ => new(rest[..mark], null, null),
        };
    }
}
