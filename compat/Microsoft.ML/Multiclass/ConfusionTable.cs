using System.Globalization;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>A confusion matrix as text: a row for each actual class, with numbers instead of names in the header when the names are too long for it.</summary>
internal static class ConfusionTable
{
    public static string Of(ConfusionMatrix matrix, IReadOnlyList<string> names)
    {
        int classes = names.Count;
        int cell = classes == 2 ? 8 : 5;
        bool numbered = names.Max(name => name.Length) > cell;
        int digits = numbered ? Text($"{classes - 1}").Length + 2 : 0;
        int margin = Math.Max("PREDICTED".Length, names.Max(name => name.Length) + digits);
        string rule = string.Concat(Enumerable.Repeat(classes > 2 ? "========" : "===========", classes));
        string[] headers = names.Select((name, index) => (numbered ? Text($"{index}") : name).PadLeft(cell)).ToArray();
        string[] labels = names.Select((name, index) => numbered ? Text($"{index}").PadLeft(digits - 2) + ". " + name.PadLeft(margin - digits) : name.PadLeft(margin)).ToArray();

        var table = new StringBuilder();
        table.AppendLine().AppendLine("Confusion table");
        table.AppendLine(Line(margin, string.Empty) + rule);
        table.AppendLine(Line(margin, "PREDICTED") + string.Concat(headers.Select(header => $" {header} |")) + " Recall");
        table.AppendLine(Line(margin, "TRUTH") + rule);
        for (int actual = 0; actual < classes; actual++)
        {
            string counts = string.Concat(matrix.Counts[actual].Select(count => $" {Text($"{count:N0}").PadLeft(cell)} |"));
            table.AppendLine($"{labels[actual]} ||{counts} {Text($"{matrix.PerClassRecall[actual]:F4}"),5}");
        }
        table.AppendLine(Line(margin, string.Empty) + rule);
        table.AppendLine(Line(margin, "Precision") + string.Concat(matrix.PerClassPrecision.Select(precision => $"{Text($"{precision:N4}").PadLeft(cell + 1)} |")));
        return table.ToString();
    }

    private static string Line(int margin, string title) => $"{title.PadRight(margin)} ||";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.CurrentCulture);
}
