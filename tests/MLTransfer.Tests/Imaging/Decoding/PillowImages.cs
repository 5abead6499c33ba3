using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Decoding;

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
