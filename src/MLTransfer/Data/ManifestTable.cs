namespace MLTransfer.Data;

/// <summary>What a manifest holds, whatever its format: named columns of text. A field that a row does not have is null.</summary>
internal sealed record ManifestTable(IReadOnlyList<string> Columns, IReadOnlyList<ManifestLine> Lines);

/// <summary>A row, and the line of the file that it starts in, counted from 1.</summary>
internal readonly record struct ManifestLine(int Number, string?[] Fields);
