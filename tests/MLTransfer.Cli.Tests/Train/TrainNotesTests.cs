using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Train;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Train;

public sealed class TrainNotesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private byte _next;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_good_data_nothing_is_said()
    {
        Add("a/1.png", "a/2.png", "b/1.png");
        Assert.Empty(Notes());
    }

    [Fact]
    public void Very_uneven_classes_are_said_in_one_line_unless_they_are_balanced()
    {
        Add([.. Enumerable.Range(0, 11).Select(index => $"a/{index}.png"), "b/1.png"]);
        Assert.Equal(
            ["very uneven classes: 'a' has 11 images, 'b' 1; --balance weights or --balance sampling lets rare ones count more"], Notes());
        Assert.Empty(Notes(ClassBalance.Weights));
        Assert.Empty(Notes(weights: ClassWeights.Of(("b", 5))));
    }

    [Fact]
    public void Duplicates_are_said_in_one_line_those_of_different_classes_first()
    {
        Add("a/1.png", "a/2.png", "b/1.png");
        Copy("a/1.png", "a/copy.png");
        Copy("a/2.png", "b/copy.png");
        Assert.Equal(
            [$"duplicates: 2 training images are there more than once, in 4 files, 1 of them in different classes, as "
            + $"'{_folder.PathOf("a/2.png")}' and "
                + $"'{_folder.PathOf("b/copy.png")}'; copies may be both trained on and validated on"],
            Notes());
    }

    [Fact]
    public void Copies_may_be_in_different_folds()
    {
        Add("a/1.png", "a/2.png", "b/1.png", "b/2.png");
        Copy("a/1.png", "a/copy.png");
        var (whole, folds) = TrainFold.Open(_folder.Path, 2, [], seed: 1, ImageDatasetOptions.Default);
        Assert.EndsWith(
            "copies may be in different folds, and so both trained on and validated on",
            Assert.Single(TrainNotes.Of(Arguments(whole) with
            {
                Folds = folds,
                Options = new FeatureExtractionOptions(),
            })), StringComparison.Ordinal);
    }

    [Fact]
    public void Splits_that_are_not_used_are_said_beside_a_data_set_to_validate_on()
    {
        Add("set/train/a/1.png", "set/train/b/1.png", "set/val/a/1.png", "set/val/b/1.png", "set/test/a/1.png", "set/test/b/1.png");
        Add("other/val/a/1.png", "other/val/b/1.png", "other/test/a/1.png", "other/test/b/1.png");
        var (set, other) = (_folder.PathOf("set"), _folder.PathOf("other"));
        Assert.Equal(
            [$"training on the split 'train' of '{set}'; not used: val, test",
            $"validating on the split 'val' of '{other}'; not used: test"],
            TrainData.Open(set, other, new TrainSplits([], null, OwnValidation: true), ImageDatasetOptions.Default).Notes());
        Assert.Equal(
            [$"training on the split 'train' of '{set}', validating on its split 'val'; not used: test"],
            TrainData.Open(set, validation: null, new TrainSplits([], null, OwnValidation: true), ImageDatasetOptions.Default).Notes());
    }

    [Fact]
    public void Validation_images_that_are_trained_on_are_said_in_one_line()
    {
        Add("train/a/1.png", "train/b/1.png", "val/a/2.png", "val/b/2.png");
        Copy("train/a/1.png", "val/a/copy.png");
        Assert.Equal(
            $"leakage: 1 validation image is trained on, too, as '{_folder.PathOf("val/a/copy.png")}' is as "
            + $"'{_folder.PathOf("train/a/1.png")}'; "
                + "the validation accuracy is better than it should be",
            Assert.Single(Notes(), note => !note.StartsWith("training on the split", StringComparison.Ordinal)));
    }

    [Fact]
    public void Test_images_that_a_search_trains_on_or_chooses_by_are_said_in_one_line()
    {
        Add("train/a/1.png", "train/b/1.png", "val/a/2.png", "val/b/2.png", "test/a/3.png", "test/b/3.png");
        Copy("train/a/1.png", "test/a/copy.png");
        Copy("val/b/2.png", "test/b/copy.png");
        var splits = new TrainSplits([], null, OwnValidation: true) { Tests = true };
        string[] notes = [.. TrainNotes.Of(Arguments(
            TrainData.Open(_folder.Path, validation: null, splits, ImageDatasetOptions.Default)) with { Options = new AutoOptions() })];
        Assert.Equal(
            [
                $"training on the split 'train' of '{_folder.Path}', validating on its split 'val'",
                $"measuring the model on the split 'test' of '{_folder.Path}'",
                $"leakage: 2 test images are trained on or validated on, too, as '{_folder.PathOf("test/a/copy.png")}' is as "
                    + $"'{_folder.PathOf("train/a/1.png")}'; the test accuracy is better than it should be",
            ], notes);
    }

    [Fact]
    public void What_is_left_out_is_said_in_one_line()
    {
        Add("a/1.png", "b/1.png", "b/2.cr2", "readme.md");
        Assert.Equal(
            $"In '{_folder.Path}', 2 files or folders are not read: 1 .cr2 ('b/2.cr2'), 1 .md ('readme.md'). Convert images that should "
            + $"count to PNG or JPEG.",
            Assert.Single(Notes()));
    }

    private IEnumerable<string> Notes(ClassBalance balance = ClassBalance.None, ClassWeights? weights = null) => TrainNotes.Of(
        Arguments(TrainData.Open(_folder.Path, validation: null, new TrainSplits([], null, OwnValidation: true),
        ImageDatasetOptions.Default)) with
        {
            Options = new FeatureExtractionOptions
            {
                Balance = balance, ClassWeights = weights ?? ClassWeights.Equal, ValidationFraction = 0.2,
            },
        });

    private TrainArguments Arguments(TrainData images) => new()
    {
        Data = _folder.Path, Images = images, Options = new FeatureExtractionOptions { ValidationFraction = 0.2 },
        Out = OutputFile.Checked("--out", _folder.PathOf("model.zip")),
    };

    private void Add(params string[] files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            _folder.Write(file, [1, 2, 3, _next++]);
        }
    }

    private void Copy(string file, string copy) => File.Copy(_folder.PathOf(file), _folder.PathOf(copy));
}
