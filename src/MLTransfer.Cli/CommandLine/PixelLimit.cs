using System.CommandLine;
using MLTransfer.Imaging;

namespace MLTransfer.Cli.CommandLine;

/// <summary>How large an image may be, for every command that decodes some.</summary>
internal static class PixelLimit
{
    internal static Option<int?> Option() => NewOption.Whole(
        "--max-pixels",
        $"The most pixels of one image, width x height; larger ones count as unreadable. Each takes 4 bytes of memory. [default: {PictureLimits.Default.Pixels}]",
        1, int.MaxValue);

    internal static long Of(int? asked) => asked ?? PictureLimits.Default.Pixels;
}
