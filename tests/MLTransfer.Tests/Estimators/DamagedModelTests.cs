using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;

namespace MLTransfer.Tests.Estimators;

public class DamagedModelTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    // Enough to hit every part of the file, few enough for seconds.
    private const int Flips = 150;

    [Fact]
    public void No_flipped_bit_is_taken_for_another_model()
    {
        byte[] whole = Saved();
        ImagePrediction[] expected = Predictions(whole)!;
        int refused = 0;
        for (int flip = 0; flip < Flips; flip++)
        {
            byte[] damaged = [.. whole];
            damaged[(int)((long)flip * whole.Length / Flips)] ^= (byte)(1 << (flip % 8));
            if (Predictions(damaged) is not { } predictions)
                refused++;
            else
                AssertSame(expected, predictions);
        }
        // Only times and names of the zip may change without effect.
        Assert.InRange(refused, Flips * 9 / 10, Flips);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_flipped_bit_near_the_ends_is_taken_either_where_the_small_entries_and_the_directory_lie(bool atTheEnd)
    {
        byte[] whole = Saved();
        ImagePrediction[] expected = Predictions(whole)!;
        for (int flip = 0; flip < Flips; flip++)
        {
            byte[] damaged = [.. whole];
            damaged[atTheEnd ? whole.Length - 1 - (flip * 10) : flip * 10] ^= (byte)(1 << (flip % 8));
            if (Predictions(damaged) is { } predictions)
                AssertSame(expected, predictions);
        }
    }

    [Fact]
    public void Every_entry_of_the_file_counts_not_only_the_network()
    {
        byte[] whole = Saved();
        using var archive = new ZipArchive(new MemoryStream(whole));
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Length > 0))
        {
            byte[] damaged = [.. whole];
            damaged[ContentOf(whole, entry.FullName) + ((int)entry.CompressedLength / 2)] ^= 4;
            Assert.True(Predictions(damaged) is null, entry.FullName);
        }
    }

    [Fact]
    public void A_model_without_a_checksum_of_its_own_loads()
    {
        byte[] old = Without(Saved(), ".sha256");
        AssertSame(Predictions(Saved())!, Predictions(old)!);
    }

    [Fact]
    public void A_damaged_model_without_a_checksum_of_its_own_is_found_by_its_zip()
    {
        byte[] old = Without(Saved(), ".sha256");
        for (int flip = 0; flip < 20; flip++)
        {
            byte[] damaged = [.. old];
            damaged[damaged.Length * (flip + 10) / 40] ^= 1;
            Assert.Null(Predictions(damaged));
        }
    }

    [Fact]
    public void The_network_is_stored_uncompressed()
    {
        using var archive = new ZipArchive(new MemoryStream(Saved()));
        ZipArchiveEntry network = archive.Entries.Single(entry => entry.FullName.EndsWith("Network.safetensors", StringComparison.Ordinal));
        Assert.Equal(network.Length, network.CompressedLength);
    }

    [Fact]
    public void A_compressed_network_as_earlier_versions_saved_it_loads_and_is_checked_alike()
    {
        byte[] old = Compressed(Saved());
        AssertSame(Predictions(Saved())!, Predictions(old)!);
        old[old.Length / 2] ^= 1;
        Assert.Null(Predictions(old));
    }

    [Fact]
    public void A_network_that_is_longer_than_the_file_is_refused()
    {
        byte[] whole = Saved();
        // Lengths, compressed and not, in the network's record of the directory at the end.
        int record = whole.AsSpan().LastIndexOf("Network.safetensors.sha256"u8);
        record = whole.AsSpan(0, record).LastIndexOf("Network.safetensors"u8);
        record = whole.AsSpan(0, record).LastIndexOf("PK\u0001\u0002"u8);
        foreach (int length in new[] { 20, 24 })
            BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(record + length), int.MaxValue - 100);
        Assert.Null(Predictions(whole));
    }

    [Fact]
    public void The_error_says_what_is_damaged_and_what_to_do()
    {
        byte[] damaged = Saved();
        damaged[damaged.Length / 2] ^= 1;
        var thrown = Assert.ThrowsAny<Exception>(() => new MLContext().AddMLTransfer().Model.Load(new MemoryStream(damaged), out _));
        string message = Assert.IsType<InvalidDataException>(thrown.GetBaseException()).Message;
        Assert.Contains("Network.safetensors", message, StringComparison.Ordinal);
        Assert.Contains("damaged", message, StringComparison.Ordinal);
        Assert.Contains("save the model again", message, StringComparison.Ordinal);
    }

    private byte[] Saved()
    {
        var stream = new MemoryStream();
        trained.Context.Model.Save(trained.Model, trained.Data.Schema, stream);
        return stream.ToArray();
    }

    // null: the model is refused.
    private ImagePrediction[]? Predictions(byte[] file)
    {
        ITransformer model;
        try
        {
            model = new MLContext().AddMLTransfer().Model.Load(new MemoryStream(file), out _);
        }
        catch (Exception)
        {
            return null;
        }
        using ImageClassificationTransformer network =
            Assert.IsAssignableFrom<IEnumerable<ITransformer>>(model).OfType<ImageClassificationTransformer>().Single();
        return [.. network.Predict(ImageFolder.List(trained.Folder).Take(2).Select(image => image.ImagePath))];
    }

    private static void AssertSame(ImagePrediction[] expected, ImagePrediction[] actual)
    {
        Assert.Equal(expected.Select(prediction => prediction.Label), actual.Select(prediction => prediction.Label));
        Assert.Equal(expected.SelectMany(prediction => prediction.Probabilities),
            actual.SelectMany(prediction => prediction.Probabilities));
    }

    private static byte[] Without(byte[] file, string suffix)
    {
        using var stream = new MemoryStream();
        stream.Write(file);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            archive.Entries.Single(entry => entry.FullName.EndsWith(suffix, StringComparison.Ordinal)).Delete();
        return stream.ToArray();
    }

    private static byte[] Compressed(byte[] file)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(new MemoryStream(file)))
        using (var compressed = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream from = entry.Open(), to = compressed.CreateEntry(entry.FullName, CompressionLevel.Optimal).Open();
                from.CopyTo(to);
            }
        }

        return stream.ToArray();
    }

    // Where the compressed content of an entry begins: behind a header of 30 bytes, the name, and a field of more.
    private static int ContentOf(byte[] file, string name)
    {
        byte[] header = [.. "PK\u0003\u0004"u8], letters = Encoding.UTF8.GetBytes(name);
        for (int at = 0; ; at++)
        {
            at += file.AsSpan(at).IndexOf(header);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 26)),
                more = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 28));
            if (file.AsSpan(at + 30, length).SequenceEqual(letters))
                return at + 30 + length + more;
        }
    }
}
