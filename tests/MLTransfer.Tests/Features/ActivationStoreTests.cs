using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Features;

public sealed class ActivationStoreTests : IDisposable
{
    private const int Count = 5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly Bytes[] _images = [.. Enumerable.Range(0, Count).Select(index => new Bytes([(byte)index]))];

    public static TheoryData<string> Layouts => ["maps", "channels last", "tokens", "vectors", "bfloat16"];

    [Theory, MemberData(nameof(Layouts))]
    public void Outputs_are_read_as_they_were_written_in_any_order_and_by_another_process(string layout)
    {
        Tensor outputs = Outputs(layout);
        using (ActivationStore store = Open())
        {
            store.Write(1, [3, 4], outputs.narrow(0, 3, 2));
            store.Write(1, [0], outputs.narrow(0, 0, 1));
            Assert.True(outputs.index_select(0, tensor(new long[] { 0, 3 })).Equals(Read(store, 1, 0, 3)!));
            Assert.Equal([true, false, false, true, true], Enumerable.Range(0, Count).Select(image => store.Has(1, image)));
        }

        using ActivationStore again = Open();
        Tensor read = Read(again, 1, 4, 3)!;
        Assert.True(outputs.index_select(0, tensor(new long[] { 4, 3 })).Equals(read));
        Assert.Equal(outputs.dtype, read.dtype);
        Assert.Equal(layout == "channels last", !read.is_contiguous());
        Assert.Null(Read(again, 1, 4, 1));
        Assert.Null(Read(again, 2, 4));
    }

    [Fact]
    public void Another_description_another_image_or_another_number_of_them_has_no_outputs()
    {
        Fill(Open());
        using ActivationStore described = Open("another"), fewer = Open(images: _images[1..]),
            changed = Open(images: [.. _images[1..], new Bytes([9])]), same = Open();
        Assert.All([described, fewer, changed], store => Assert.False(store.Has(1, 0)));
        Assert.True(same.Has(1, 0));
    }

    [Fact]
    public void An_image_that_has_changed_since_it_was_hashed_is_not_kept()
    {
        using ActivationStore store = Open();
        _images[2].Content = [77];
        store.Write(1, [1, 2], Outputs("maps")[..2]);
        Assert.Equal((true, false), (store.Has(1, 1), store.Has(1, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(14)]
    [InlineData(17)]
    [InlineData(19)]
    public void A_file_with_a_damaged_header_counts_as_none_and_is_written_again(int at)
    {
        Fill(Open());
        Damage(at);
        using ActivationStore store = Open();
        Assert.False(store.Has(1, 0));
        Fill(store);
        using ActivationStore again = Open();
        Assert.True(again.Has(1, 0));
    }

    [Fact]
    public void A_header_that_tells_another_layout_of_the_same_size_makes_all_rows_missing()
    {
        Fill(Open());
        Damage(at: 13, by: 1);
        using ActivationStore store = Open();
        Assert.Null(Read(store, 1, 0));
    }

    [Fact]
    public void A_file_that_is_replaced_while_it_is_read_counts_as_none()
    {
        using ActivationStore store = Open();
        Fill(store, dispose: false);
        Tensor outputs = store.Allocate(1, 2)!;
        store.Write(1, [0, 1], Outputs("tokens")[..2]);
        Assert.False(store.TryRead(1, [0, 1], outputs));
        Assert.NotNull(Read(store, 1, 0, 1));
    }

    [Fact]
    public void A_damaged_row_counts_as_missing_and_the_others_do_not()
    {
        Fill(Open());
        Damage(at: (int)new FileInfo(FilePath).Length - 1);
        using ActivationStore store = Open();
        Assert.Null(Read(store, 1, 3, 4));
        Assert.NotNull(Read(store, 1, 3));
        Assert.Equal((true, false), (store.Has(1, 3), store.Has(1, 4)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(100)]
    [InlineData(200)]
    public void A_file_that_is_cut_short_counts_as_none(int length)
    {
        Fill(Open());
        using (FileStream file = File.OpenWrite(FilePath)) file.SetLength(length);
        using ActivationStore store = Open();
        Assert.False(store.Has(1, 0));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_error_at_once()
    {
        File.WriteAllText(_folder.PathOf("file"), "");
        Assert.ThrowsAny<IOException>(() => Open(cache: _folder.PathOf("file")));
    }

    [Fact]
    public void A_file_that_cannot_be_written_ends_the_keeping_with_a_reason()
    {
        using ActivationStore store = Open();
        // Where the file should be.
        Directory.CreateDirectory(FilePathOf(store.Folder));
        store.Write(1, [0], Outputs("maps")[..1]);
        Assert.Contains("cannot be kept", store.LostBecause, StringComparison.Ordinal);
        store.Write(1, [0], Outputs("maps")[..1]);
        Assert.False(store.Has(1, 0));
    }

    [Fact]
    public void Temporary_outputs_are_in_a_file_without_a_name_that_a_killed_process_cannot_leave_behind()
    {
        using ActivationStore store = OpenTemporary();
        Assert.False(store.Has(1, 0));
        store.Write(1, [0], Outputs("vectors")[..1]);
        // Of another layout: another file.
        Tensor outputs = Outputs("maps");
        store.Write(1, [3, 4], outputs[3..]);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        Assert.True(outputs.index_select(0, tensor(new long[] { 4, 3 })).Equals(Read(store, 1, 4, 3)!));
        using ActivationStore again = OpenTemporary();
        Assert.Equal((false, true, false), (store.Has(1, 0), store.Has(1, 3), again.Has(1, 3)));
        Assert.Null(store.LostBecause);
    }

    [Fact]
    public void A_folder_that_takes_no_temporary_file_ends_the_keeping_with_a_reason()
    {
        using ActivationStore store = OpenTemporary(_folder.PathOf("nowhere"));
        store.Write(1, [0], Outputs("maps")[..1]);
        Assert.Contains("cannot be kept", store.LostBecause, StringComparison.Ordinal);
        Assert.False(store.Has(1, 0));
    }

    [Fact]
    public void Room_is_made_by_deleting_what_was_used_longest_ago()
    {
        foreach ((string description, int age) in new[] { ("old", 3), ("older", 9), ("recent", 1) })
        {
            using ActivationStore store = Open(description);
            Fill(store, dispose: false);
            File.SetLastWriteTimeUtc(Path.Combine(store.Folder, "layers.txt"), DateTime.UtcNow.AddDays(-age));
        }

        using ActivationStore own = Open("new");
        Fill(own, dispose: false);
        long size = new FileInfo(FilePathOf(own.Folder)).Length;
        ActivationStore.MakeRoom(_folder.Path, [own], ActivationStore.FolderLimit - 2 * size - 100);
        Assert.Equal(
            ["new", "old", "recent"], Directory.GetDirectories(_folder.PathOf("activations")).Select(Description).Order());

        ActivationStore.MakeRoom(_folder.Path, [own], ActivationStore.FolderLimit + 1);
        Assert.Equal("new", Description(Assert.Single(Directory.GetDirectories(_folder.PathOf("activations")))));

        static string Description(string folder) => File.ReadAllText(Path.Combine(folder, "layers.txt"));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private string FilePath => FilePathOf(Directory.GetDirectories(_folder.PathOf("activations"))[0]);

    private static string FilePathOf(string folder) => Path.Combine(folder, "view-1.activations");

    private static Tensor Outputs(string layout) => layout switch
    {
        "maps" => randn(Count, 3, 2, 2),
        "channels last" => randn(Count, 2, 2, 3).permute(0, 3, 1, 2),
        "tokens" => randn(Count, 4, 3),
        "vectors" => randn(Count, 6),
        _ => randn(Count, 3, 2, 2).to(ScalarType.BFloat16),
    };

    private static Tensor? Read(ActivationStore store, int view, params int[] images) =>
        store.Allocate(view, images.Length) is { } outputs && store.TryRead(view, images, outputs) ? outputs : null;

    private static void Fill(ActivationStore store, bool dispose = true)
    {
        store.Write(1, [.. Enumerable.Range(0, Count)], Outputs("maps"));
        if (dispose) store.Dispose();
    }

    private ActivationStore Open(string description = "layers", IReadOnlyList<Bytes>? images = null, string? cache = null)
    {
        images ??= _images;
        return ActivationStore.Open(cache ?? _folder.Path, description, images, [.. images.Select(image => image.ContentHash())]);
    }

    private ActivationStore OpenTemporary(string? folder = null) =>
        ActivationStore.OpenTemporary(folder ?? _folder.Path, _images, [.. _images.Select(image => image.ContentHash())]);

    private void Damage(int at, byte by = 0x55)
    {
        byte[] bytes = File.ReadAllBytes(FilePath);
        bytes[at] ^= by;
        File.WriteAllBytes(FilePath, bytes);
    }

    private sealed record Bytes(byte[] First) : ImageSource
    {
        internal byte[] Content { get; set; } = First;

        public override string Name => "bytes";

        public override byte[] ContentHash() => System.Security.Cryptography.SHA256.HashData(Content);

        internal override DecodedPixels Open(DecodingOptions options, NeededPixels needed) => throw new NotSupportedException();
    }
}
