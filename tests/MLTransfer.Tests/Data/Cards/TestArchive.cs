using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace MLTransfer.Tests.Data.Cards;

/// <summary>Makes archives, hostile ones among them.</summary>
internal static class TestArchive
{
    public static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string content) in files)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return stream.ToArray();
    }

    /// <summary>A zip entry that Unix takes for a symbolic link.</summary>
    public static byte[] ZipWithLink(string name, string target)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            ZipArchiveEntry entry = zip.CreateEntry(name);
            entry.ExternalAttributes = unchecked((int)0xA1FF0000);
            using Stream content = entry.Open();
            content.Write(Encoding.UTF8.GetBytes(target));
        }
        return stream.ToArray();
    }

    public static byte[] Tar(params TarEntry[] entries)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
            Array.ForEach(entries, tar.WriteEntry);
        return stream.ToArray();
    }

    public static TarEntry Entry(string name, string content) =>
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    public static TarEntry Link(TarEntryType type, string name, string target) => new PaxTarEntry(type, name) { LinkName = target };

    public static byte[] GZip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>
    /// A tar archive with nothing but a header of a kind that describes the next entry, and says that it does so in eight gigabytes.
    /// </summary>
    public static byte[] HugeHeader(char kind)
    {
        byte[] header = new byte[1536];
        Encoding.ASCII.GetBytes("a").CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000644\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(header, 124);
        Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
        header[156] = (byte)kind;
        Encoding.ASCII.GetBytes("ustar\0" + "00").CopyTo(header, 257);
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(value => value), 8),6}\0 ").CopyTo(header, 148);
        return header;
    }
}
