using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

public sealed class PillowParityTests(PillowImages images) : IClassFixture<PillowImages>
{
    [NeedsTorchvisionTheory]
    [InlineData("jpg", 13 + 5)]
    [InlineData("png", 11 + 8)]
    [InlineData("webp", 5 + 8)]
    [InlineData("gif", 6)]
    [InlineData("bmp", 13)]
    [InlineData("tif", 25 + 8)]
    [InlineData("ppm", 3)]
    [InlineData("pgm", 5)]
    [InlineData("pbm", 2)]
    [InlineData("pnm", 1)]
    public void Images_have_the_pixels_that_Pillow_reads(string extension, int files)
    {
        string[] names = [.. NamesOf(extension)];

        Assert.Equal(files, names.Length);
        Assert.Equal([], names.SelectMany(name => Complaints(name, DecodingOptions.Default)));
    }

    [NeedsTorchvisionTheory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void JPEG_has_the_same_pixels_by_every_decoder(bool baseline, bool turbo)
    {
        DecodingOptions options = new() { UseBaselineJpeg = baseline, UseTurboJpeg = turbo };
        Assert.Equal([], NamesOf("jpg").SelectMany(name => Complaints(name, options)));
    }

    private IEnumerable<string> NamesOf(string extension) =>
        Directory.GetFiles(images.PathOf(""), "*." + extension).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    // Composing rounds twice, Pillow once.
    private static int Tolerance(string name) =>
        name.Contains("alpha", StringComparison.Ordinal) || name == "palette-transparent.png" ? 1 : 0;

    private IEnumerable<string> Complaints(string name, DecodingOptions options)
    {
        Image expected = images.Expected(name), actual = new FileImage(images.PathOf(name)).Decode(options);
        if ((expected.Width, expected.Height) != (actual.Width, actual.Height))
            yield return $"{name}: {actual.Width} x {actual.Height} instead of {expected.Width} x {expected.Height}";
        else if (PixelDifference.Between(expected.Pixels, actual.Pixels) is var difference && difference.Largest > Tolerance(name))
            yield return $"{name}: {difference}";
    }
}

/// <summary>
/// Files of every format and kind that Pillow writes, or that a few lines of Python put together, beside the pixels that Pillow reads from
/// them.
/// </summary>
public sealed class PillowImages : IDisposable
{
    private readonly Lazy<TemporaryFolder> _folder = new(Written);

    internal string PathOf(string name) => _folder.Value.PathOf(name);

    /// <summary>What Pillow makes of it: transparent parts on white, turned as EXIF asks.</summary>
    internal Image Expected(string name)
    {
        byte[] bytes = File.ReadAllBytes(PathOf(name + ".rgb"));
        return new Image(BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes, 4), bytes[8..]);
    }

    public void Dispose()
    {
        if (_folder.IsValueCreated)
            _folder.Value.Dispose();
    }

    private static TemporaryFolder Written()
    {
        TemporaryFolder folder = new();
        PyTorch.Run(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Imaging", "Decoding", "pillow_images.py")), folder.Path);
        return folder;
    }
}
