using System.CommandLine;
using System.Globalization;
using MLTransfer.Imaging;

namespace MLTransfer.Cli.CommandLine;

/// <summary>How large an image may be, for every command that decodes some.</summary>
internal static class PixelLimit
{
    internal static Option<int?> Option() => CliOption.Integer(
        "--max-pixels",
        "The most pixels of one image, width x height; larger ones count as unreadable. Each takes 4 bytes of memory; "
        + $"at most {ImageLimits.MostPixels}, which fill the largest array. [default: {ImageLimits.Default.Pixels}]",
        1, ImageLimits.MostPixels);

    internal static long Of(int? asked) => asked ?? ImageLimits.Default.Pixels;

    /// <summary>The option as it would be typed again, behind a blank; nothing where it was not given.</summary>
    internal static string Typed(int? asked) =>
        asked is { } most ? string.Create(CultureInfo.InvariantCulture, $" --max-pixels {most}") : "";
}
