namespace MLTransfer.Data;

/// <summary>
/// A file that holds many images, which are read where they lie, by several threads at once. Nobody owns it: every image of it keeps it
/// open, and its file is closed when the last of them is gone.
/// </summary>
internal abstract class ContainedImages
{
    /// <summary>What the format is called.</summary>
    public abstract string Format { get; }

    /// <summary>The names of the images, in the order of the file.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>The names of other files in it, which are not read.</summary>
    public virtual IReadOnlyList<string> Others => [];

    /// <summary>What is odd about the file: sentences.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>How many bytes <see cref="Read"/> gives of an image; -1 where there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It cannot have as many as it says.</exception>
    public abstract long Length(string name);

    /// <summary>Reads an image that is there into memory of its length.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public abstract void Read(string name, Span<byte> target);
}
