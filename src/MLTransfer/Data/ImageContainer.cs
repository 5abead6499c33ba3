namespace MLTransfer.Data;

/// <summary>
/// Files that hold many images: zip and tar archives, IDX files as of MNIST, CIFAR files. An image in one is named by the file's path and
/// its own name, with <c>!/</c> between them: <c>images.zip!/ants/1.jpg</c>, <c>t10k-images-idx3-ubyte.gz!/123</c>. Such names stand
/// wherever paths of images do.
/// </summary>
public static class ImageContainer
{
    /// <summary>The paths of all images in a file, in its order; null where it is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is one, but damaged, or cannot be read in place.</exception>
    public static IReadOnlyList<string>? ListImages(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return SharedContainer.Find(path)?.TryOpen() is { } container ? [.. container.Names.Select(name => ContainerPath.Of(path, name))]
            : null;
    }

    /// <summary>Whether a path names an image in a file that exists; whether the file holds such an image is not looked up.</summary>
    /// <param name="path">The path.</param>
    public static bool IsInside(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ContainerPath.Parse(path) is not null;
    }
}
