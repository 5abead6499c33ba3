using System.IO.Compression;
using System.Text;

namespace MLTransfer.PublicApi.Tests;

/// <summary>Changes saved models.</summary>
internal static class ModelFiles
{
    /// <summary>Writes another name of the same length over the first occurrence of one in a model's network.</summary>
    public static void Rename(string model, string from, string to)
    {
        using ZipArchive zip = ZipFile.Open(model, ZipArchiveMode.Update);
        // Model files of earlier versions have no checksum beside the network.
        zip.Entries.Single(entry => entry.Name.StartsWith("Network.safetensors.", StringComparison.Ordinal)).Delete();
        using Stream stream = zip.Entries.Single(entry => entry.Name == "Network.safetensors").Open();
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        int place = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from));
        Encoding.UTF8.GetBytes(to).CopyTo(bytes, place);
        stream.Position = 0;
        stream.Write(bytes);
    }
}
