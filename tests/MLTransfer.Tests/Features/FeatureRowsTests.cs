using MLTransfer.Features;
using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Features;

/// <summary>Rows of three numbers: the number of the image in units, that of the view in hundreds.</summary>
public sealed class FeatureRowsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<long> Places => [FeatureRows.MostInMemory, 0];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Rows_are_read_in_any_order_whatever_the_order_in_which_they_were_written(long inMemory)
    {
        using FeatureRows rows = New(images: 5, inMemory, views: 2);
        foreach (int view in new[] { 1, 0 })
        {
            rows.Write([3, 4], Features(view, 3, 4), view);
            rows.Write([2, 0], Features(view, 2, 0), view);
        }

        rows.RequireAllViews();
        Assert.Equal([0, 2, 3, 4], rows.Kept);
        Assert.Equal([103, 0, 4, 3, 3, 100], Firsts(rows.Read([6, 0, 3, 2, 2, 4])));
        Assert.Equal([3, 4], Firsts(rows.Read(2, 2)));
        Assert.Equal([0, 2, 3, 4], rows.Blocks().SelectMany(Firsts));
        Assert.Equal([100, 102, 103, 104], rows.Blocks(view: 1).SelectMany(Firsts));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void An_image_that_was_readable_for_one_view_only_is_an_error(long inMemory)
    {
        using FeatureRows rows = New(images: 2, inMemory, views: 2);
        rows.Write([0, 1], Features(0, 0, 1));
        rows.Write([1], Features(1, 1), view: 1);
        Assert.Contains("train again", Assert.Throws<InvalidOperationException>(rows.RequireAllViews).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_no_name_and_so_cannot_be_left_behind()
    {
        using FeatureRows rows = New(images: 2, inMemory: 0);
        rows.Write([0, 1], Features(0, 0, 1));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal([0, 1], Firsts(rows.Read(0, 2)));
    }

    [Fact]
    public void A_folder_that_takes_no_file_is_replaced_by_that_of_temporary_files()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        using var rows = new FeatureRows(1, 3, CPU, folder: file, inMemory: 0);
        rows.Write([0], Features(0, 7));
        Assert.Equal([7], Firsts(rows.Read(0, 1)));
    }

    [Fact]
    public void A_full_disk_is_an_error_that_names_folder_and_size_and_leaves_nothing()
    {
        // Four petabytes.
        string message = Assert.Throws<IOException>(
            () => new FeatureRows(2_000_000, 500_000_000, CPU, folder: _folder.Path, inMemory: 0)).Message;
        Assert.StartsWith("The features of 2000000 images take 3814697265 MiB. The folder", message, StringComparison.Ordinal);
        Assert.EndsWith(". Choose a cache folder with more room.", message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder.Path}'", message, StringComparison.Ordinal);
        Assert.Contains($"'{Path.GetTempPath()}'", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_head_is_trained_to_the_same_bytes_from_memory_and_from_a_file()
    {
        // More than a block.
        const int Images = 9000, Width = 4;
        Tensor features = randn(2 * Images, Width, generator: new Generator(1));
        Tensor labels = features[..Images].select(1, 0).gt(0.5).to(ScalarType.Int64);
        (byte[] Head, Tally Score, Calibration? Calibration)[] trained =
            [.. new[] { FeatureRows.MostInMemory, 0 }.Select(inMemory => Train(features, labels, inMemory))];
        Assert.Equal(trained[0].Head, trained[1].Head);
        Assert.Equal((trained[0].Score.Correct, trained[0].Score.LossSum), (trained[1].Score.Correct, trained[1].Score.LossSum));
        Assert.NotNull(trained[0].Calibration);
        Assert.Equal(trained[0].Calibration, trained[1].Calibration);
    }

    // The mean of a block is rounded to single precision, and so is that of all rows together.
    [Fact]
    public void Rows_in_blocks_have_the_accuracy_and_loss_and_calibration_of_all_rows_together()
    {
        Tensor features = randn(20_000, 4, generator: new Generator(1)), labels = features.select(1, 0).gt(0.5).to(ScalarType.Int64);
        using FeatureRows rows = Rows.Of(features, inMemory: 0);
        using Linear head = Head();
        var data = new FeatureData(rows, labels, batchSize: 64, seed: 3);
        Tensor logits = head.call(features).detach();
        var all = new ValidationTally();
        all.Add(logits, labels);
        Tally together = all.Read(), blocks = data.Score(head, new());
        Assert.Equal((together.Seen, together.Correct), (blocks.Seen, blocks.Correct));
        Assert.Equal(together.Classes!.Right, blocks.Classes!.Right);
        Assert.Equal(together.Loss, blocks.Loss, 1e-6);
        Calibration one = Calibration.Of(logits, labels)!, other = data.Calibrate(head)!;
        Assert.Equal(one.Temperature, other.Temperature, 1e-6);
        Assert.Equal(one.After.LogLoss, other.After.LogLoss, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Reading_and_writing_leave_no_tensor(long inMemory)
    {
        using FeatureRows rows = New(images: 2, inMemory);
        Tensor features = Features(0, 0, 1);
        long before = LiveTensors.OnThisThread;
        rows.Write([0, 1], features);
        foreach (Tensor block in rows.Blocks()) Assert.Equal(2, block.shape[0]);
        rows.Read([1, 0]).Dispose();
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Batches_come_in_their_order_and_leave_no_tensor_where_not_all_are_taken(long inMemory)
    {
        const int Images = 20;
        using FeatureRows rows = New(Images, inMemory);
        rows.Write([.. Enumerable.Range(0, Images)], Features(0, [.. Enumerable.Range(0, Images)]));
        long[][] batches = [.. Enumerable.Range(0, Images).Reverse().Select(image => (long)image).Chunk(3)];
        Assert.Equal(batches.Select(batch => batch.Select(row => (float)row).ToArray()), rows.Read(batches).Select(Firsts));
        long before = LiveTensors.OnThisThread;
        Assert.Equal(2, rows.Read(batches).Take(2).Count());
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    [Fact]
    public void A_batch_that_cannot_be_read_is_an_error_that_leaves_no_tensor()
    {
        FeatureRows rows = New(images: 2, inMemory: 0);
        rows.Write([0, 1], Features(0, 0, 1));
        long before = LiveTensors.OnThisThread;
        rows.Dispose();
        Assert.Throws<ObjectDisposedException>(() => rows.Read([[0L], [1L]]).ToArray());
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    private static (byte[] Head, Tally Score, Calibration? Calibration) Train(Tensor features, Tensor labels, long inMemory)
    {
        using FeatureRows rows = Rows.Of(features, views: 2, inMemory);
        using Linear head = Head();
        var data = new FeatureData(rows, labels, batchSize: 50, seed: 3);
        using TrainingState state = new TrainingLoop(new FeatureExtractionOptions { Epochs = 2 }, seed: 0, TimeProvider.System, null).Run(
            new TrainableModel(head, head, []), data, (_, _, _) => data.Score(head, new()), CancellationToken.None);
        return ([.. head.parameters().SelectMany(weights => weights.bytes.ToArray())], data.Score(head, new()), data.Calibrate(head));
    }

    private static Linear Head()
    {
        manual_seed(1);
        return nn.Linear(4, 2);
    }

    private static Tensor Features(int view, params int[] images) =>
        tensor([.. images.SelectMany(image => Enumerable.Repeat(100f * view + image, 3))], [images.Length, 3]);

    private static float[] Firsts(Tensor rows) => rows.select(1, 0).contiguous().data<float>().ToArray();

    private FeatureRows New(int images, long inMemory, int views = 1) =>
        new(images, 3, CPU, views, _folder.Path, inMemory);
}
