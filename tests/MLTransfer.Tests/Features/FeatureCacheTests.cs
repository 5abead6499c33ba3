using System.Security.Cryptography;
using MLTransfer.Features;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Features;

public sealed class FeatureCacheTests : IDisposable
{
    private const int Width = 5;
    private const string Extractor = "resnet18 weights=f37072fd crop=224 float32 v1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Features_are_found_again_before_and_after_they_are_written_and_by_the_next_process()
    {
        using (FeatureCache cache = Open())
        {
            Add(cache, 0, 100);
            AssertHolds(cache, 0, 100);
            cache.Flush();
            AssertHolds(cache, 0, 100);
            Add(cache, 100, 150);
            cache.Flush();
        }

        using FeatureCache again = Open();
        Assert.Equal(150, again.Count);
        AssertHolds(again, 0, 150);
        Assert.False(again.TryGet(Hash(150), new float[Width]));
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public void What_was_not_flushed_is_lost_and_what_is_known_is_not_written_twice()
    {
        using (FeatureCache cache = Open())
        {
            Add(cache, 0, 10);
            cache.Flush();
            Add(cache, 0, 10);
            cache.Flush();
            Add(cache, 10, 20);
        }

        using FeatureCache again = Open();
        Assert.Equal(10, again.Count);
        Assert.Single(Shards(again));
    }

    [Fact]
    public void Another_extractor_never_sees_the_features()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 10);
        cache.Flush();

        using var other = FeatureCache.Open(_folder.Path, Extractor + " ", Width, default);

        Assert.False(other.TryGet(Hash(0), new float[Width]));
        Assert.Equal(Extractor, File.ReadAllText(Path.Combine(cache.Folder, "extractor.txt")));
    }

    [Fact]
    public void A_file_of_another_extractor_or_width_or_kind_is_reported_and_not_used()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 10);
        cache.Flush();
        using (var other = FeatureCache.Open(_folder.Path, "another", Width, default))
        {
            Add(other, 10, 20);
            other.Flush();
            File.Copy(Shards(other)[0], Path.Combine(cache.Folder, "a.features"));
        }
        File.WriteAllText(Path.Combine(cache.Folder, "b.features"), "these are no features");
        File.WriteAllText(Path.Combine(cache.Folder, "c.features"), "");

        using FeatureCache again = Open();
        using var wider = FeatureCache.Open(_folder.Path, Extractor, Width + 1, default);

        Assert.Equal(10, again.Count);
        Assert.Equal(3, again.Warnings.Count);
        Assert.Contains("a.features' is not used: it belongs to another extractor.", again.Warnings[0]);
        Assert.Contains("b.features' is not used: it is not a file of features.", again.Warnings[1]);
        Assert.Equal(0, wider.Count);
        Assert.Equal(4, wider.Warnings.Count);
    }

    [Fact]
    public void Any_changed_byte_and_any_missing_end_is_reported_and_the_whole_file_not_used()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 3);
        cache.Flush();
        string shard = Shards(cache)[0];
        byte[] whole = File.ReadAllBytes(shard);

        for (int place = 0; place < whole.Length; place += 7)
        {
            byte[] changed = [.. whole];
            changed[place] ^= 0x40;
            AssertRefused(shard, changed);
            AssertRefused(shard, whole[..place]);
        }
        File.WriteAllBytes(shard, whole);
        using FeatureCache repaired = Open();
        AssertHolds(repaired, 0, 3);
    }

    [Fact]
    public void Opening_stops_where_it_is_canceled_and_the_next_time_finds_everything()
    {
        using (FeatureCache cache = Open())
        {
            Add(cache, 0, 10);
            cache.Flush();
        }

        Assert.Throws<OperationCanceledException>(() => Open(new CancellationToken(canceled: true)));
        using FeatureCache again = Open();
        AssertHolds(again, 0, 10);
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public void A_large_file_is_read_no_further_when_that_is_canceled_and_otherwise_to_its_last_damaged_byte()
    {
        const int Rows = 8, Numbers = 1 << 18;
        byte[] extractor = new byte[SHA256.HashSizeInBytes];
        var features = new PendingFeatures();
        for (int row = 0; row < Rows; row++) features.Add(ContentKey.From(Hash(row)), new float[Numbers]);
        using var written = new MemoryStream();
        FeatureShard.Write(written, extractor, Numbers, features);
        byte[] content = written.ToArray();

        using var stop = new CancellationTokenSource();
        using var stopped = new WatchedStream(content, position =>
        {
            if (position > content.Length / 4) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => FeatureShard.ReadKeys(stopped, extractor, Numbers, stop.Token));
        Assert.InRange(stopped.Position, content.Length / 4, content.Length / 2);

        Assert.Equal(features.Keys, FeatureShard.ReadKeys(new MemoryStream(content), extractor, Numbers, default));
        content[^(SHA256.HashSizeInBytes + 1)] ^= 1;
        Assert.Throws<InvalidDataException>(() => FeatureShard.ReadKeys(new MemoryStream(content), extractor, Numbers, default));
    }

    [Fact]
    public void A_process_killed_while_writing_harms_nothing_and_its_leftover_goes_after_a_day()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 10);
        cache.Flush();
        string leftover = Shards(cache)[0] + $".{Guid.NewGuid():N}.mlt-partial";
        File.WriteAllBytes(leftover, File.ReadAllBytes(Shards(cache)[0])[..50]);

        using (FeatureCache again = Open())
        {
            AssertHolds(again, 0, 10);
            Assert.Empty(again.Warnings);
        }
        Assert.True(File.Exists(leftover));
        File.SetLastWriteTimeUtc(leftover, File.GetLastWriteTimeUtc(leftover).AddDays(-2));
        Open().Dispose();
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void Several_writers_of_one_folder_lose_nothing()
    {
        Parallel.For(0, 8, writer =>
        {
            using FeatureCache cache = Open();
            for (int batch = 0; batch < 5; batch++)
            {
                Add(cache, (writer * 20) + (batch * 10), (writer * 20) + (batch * 10) + 10);
                cache.Flush();
            }
        });

        using FeatureCache again = Open();
        AssertHolds(again, 0, (7 * 20) + 50);
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public void Threads_may_share_one_cache()
    {
        using FeatureCache cache = Open();
        Parallel.For(0, 400, index =>
        {
            cache.Add(Hash(index), Features(index));
            if (index % 50 == 0)
                cache.Flush();
            AssertHolds(cache, index, index + 1);
        });
        AssertHolds(cache, 0, 400);
    }

    [Fact]
    public void A_finder_finds_what_was_written_before_it_and_nothing_later()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 2);
        cache.Flush();
        Func<byte[], float[]?> find = cache.Finder();
        Add(cache, 2, 4);
        Assert.Null(find(Hash(2)));
        cache.Flush();
        Assert.Null(find(Hash(2)));
        Assert.Equal(Features(1), find(Hash(1)));
        Assert.Equal(Features(2), cache.Finder()(Hash(2)));
    }

    [Fact]
    public void A_shard_that_is_removed_meanwhile_only_means_to_compute_again()
    {
        using FeatureCache cache = Open();
        Add(cache, 0, 2);
        cache.Flush();
        Directory.Delete(cache.Folder, recursive: true);

        Assert.False(cache.TryGet(Hash(0), new float[Width]));
        Assert.Single(cache.Warnings);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_a_clear_error()
    {
        string file = _folder.Write("a-file", "not a folder"u8);

        var exception = Assert.Throws<IOException>(() => FeatureCache.Open(file, Extractor, Width, default));

        Assert.Contains($"The feature cache '{file}' cannot be used", exception.Message);
        Assert.Contains("Choose another folder", exception.Message);
    }

    [Fact]
    public void A_cache_that_can_no_longer_be_written_keeps_its_features_in_memory_and_says_why()
    {
        using FeatureCache cache = Open();
        byte[] hash = new byte[32];
        cache.Add(hash, new float[Width]);
        Directory.Delete(cache.Folder, recursive: true);
        cache.TryFlush();
        Assert.Contains($"'{cache.Folder}' cannot be written any more", cache.LostBecause, StringComparison.Ordinal);
        Assert.Contains(cache.LostBecause!, cache.Warnings);
        Assert.True(cache.TryGet(hash, new float[Width]));
    }

    private FeatureCache Open(CancellationToken cancellation = default) =>
        FeatureCache.Open(_folder.Path, Extractor, Width, cancellation);

    /// <summary>Tells how far it was read.</summary>
    private sealed class WatchedStream(byte[] content, Action<long> read) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer)
        {
            int count = base.Read(buffer);
            read(Position);
            return count;
        }
    }

    private void AssertRefused(string shard, byte[] content)
    {
        File.WriteAllBytes(shard, content);
        using FeatureCache cache = Open();
        Assert.Equal(0, cache.Count);
        Assert.Single(cache.Warnings);
    }

    private static string[] Shards(FeatureCache cache) => Directory.GetFiles(cache.Folder, "*.features");

    private static byte[] Hash(int index) => SHA256.HashData(BitConverter.GetBytes(index));

    private static float[] Features(int index) => [.. Enumerable.Range(0, Width).Select(column => (index * 1000) + column + 0.5f)];

    private static void Add(FeatureCache cache, int from, int to)
    {
        for (int index = from; index < to; index++)
            cache.Add(Hash(index), Features(index));
    }

    private static void AssertHolds(FeatureCache cache, int from, int to)
    {
        var found = new float[Width];
        for (int index = from; index < to; index++)
        {
            Assert.True(cache.TryGet(Hash(index), found));
            Assert.Equal(Features(index), found);
        }
    }
}
