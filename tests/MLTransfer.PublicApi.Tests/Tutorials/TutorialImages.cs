using System.Buffers.Binary;

namespace MLTransfer.PublicApi.Tests.Tutorials;

/// <summary>Small data sets in the forms that the tutorials' have.</summary>
public sealed class TutorialImages : IDisposable
{
    private const int Side = 28;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mltransfer-");

    /// <summary>A folder with photographs of two classes in each split.</summary>
    public string Photographs(params string[] splits)
    {
        DirectoryInfo folder = _root.CreateSubdirectory("photographs");
        foreach (string split in splits) ColoredFolders.Draw(folder.CreateSubdirectory(split), perClass: 2);
        return folder.FullName;
    }

    /// <summary>A folder with MNIST's files, of ten images each, one gray level for each digit.</summary>
    public string Digits(string prefix, params string[] splits)
    {
        DirectoryInfo folder = _root.CreateSubdirectory($"{prefix}digits");
        foreach (string split in splits)
        {
            Write(folder, $"{prefix}{split}-images-idx3-ubyte", [10, Side, Side], index => (byte)(index / (Side * Side) * 20));
            Write(folder, $"{prefix}{split}-labels-idx1-ubyte", [10], index => (byte)index);
        }

        return folder.FullName;
    }

    public string PathOf(string name) => Path.Combine(_root.FullName, name);

    public void Dispose() => _root.Delete(recursive: true);

    private static void Write(DirectoryInfo folder, string name, int[] dimensions, Func<int, byte> content)
    {
        byte[] header = [0, 0, 8, (byte)dimensions.Length, .. dimensions.SelectMany(length =>
        {
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, length);
            return bytes;
        })];
        int count = dimensions.Aggregate((all, length) => all * length);
        File.WriteAllBytes(Path.Combine(folder.FullName, name), [.. header, .. Enumerable.Range(0, count).Select(content)]);
    }
}
