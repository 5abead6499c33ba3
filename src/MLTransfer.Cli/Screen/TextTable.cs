using MLTransfer.Errors;
using Spectre.Console;

namespace MLTransfer.Cli.Screen;

/// <summary>A table whose first column is words and whose others are figures, set right.</summary>
internal static class TextTable
{
    internal static Table Of(params ReadOnlySpan<string> titles)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var title in titles)
        {
            var column = new TableColumn(new Text(Printable.Of(title))) { NoWrap = table.Columns.Count > 0 };
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned());
        }
        return table;
    }

    /// <summary>Adds a row of plain text: nothing in it is read as markup, and nothing commands the terminal.</summary>
    internal static void Row(this Table table, params IEnumerable<string> cells) =>
        table.AddRow(cells.Select(cell => new Text(Printable.Of(cell))));
}
