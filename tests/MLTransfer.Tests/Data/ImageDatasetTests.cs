using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class ImageDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_classes_has_no_splits()
    {
        Touch("ants/1.jpg", "bees/1.jpg", "bees/2.jpg");

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal("image folder", dataset.Format);
        Assert.Equal(["ants", "bees"], dataset.Classes);
        Assert.Equal(3, dataset.Rows.Count);
        Assert.Empty(dataset.Splits);
        Assert.Empty(dataset.Warnings);
        Assert.Contains("has no split 'train'. It has no splits at all.",
            Assert.Throws<ArgumentException>(() => dataset.Part("train")).Message);
    }

    [Theory]
    [InlineData("val")]
    [InlineData("valid")]
    [InlineData("Validation")]
    public void Train_val_and_test_are_found_by_themselves(string validation)
    {
        Touch("train/ants/1.jpg", "train/bees/1.jpg", $"{validation}/ants/2.jpg", $"{validation}/bees/2.jpg", "test/ants/3.jpg",
            "test/bees/3.jpg", "test/bees/4.jpg");

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["train", "val", "test"], dataset.Splits);
        Assert.Equal(["ants", "bees"], dataset.Classes);
        Assert.Equal(2, dataset.Part("validation").Rows.Count);
        Assert.Equal(3, dataset.Part("test").Rows.Count);
        Assert.Contains("Its splits are train, val, test.", Assert.Throws<ArgumentException>(() => dataset.Part("fold1")).Message);
    }

    [Fact]
    public void Classes_may_be_called_train_and_test()
    {
        Touch("train/1.jpg", "test/1.jpg");

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["test", "train"], dataset.Classes);
        Assert.Empty(dataset.Splits);
    }

    [Theory]
    [InlineData("test/1.jpg", "1 outside the class folders ('test/')")]
    [InlineData("annotations/1.jpg", "1 outside the class folders ('annotations/')")]
    [InlineData("annotations/voc/1.xml", "1 outside the class folders ('annotations/')")]
    [InlineData("README.md", "1 .md ('README.md')")]
    [InlineData("train/cover.jpg", "1 outside the class folders ('train/cover.jpg')")]
    public void What_lies_beside_the_parts_is_told_of_and_not_taken_for_classes(string other, string told)
    {
        Touch("train/ants/1.jpg", "train/bees/1.jpg", "val/ants/2.jpg", "val/bees/2.jpg", other);

        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        Assert.Equal(["train", "val"], dataset.Splits);
        Assert.Equal(["ants", "bees"], dataset.Classes);
        Assert.Equal($"In '{_folder.Path}', 1 file or folder is not read: {told}.", Assert.Single(dataset.Warnings));
    }

    [Fact]
    public void Annotations_beside_the_only_part_are_no_class()
    {
        Touch("train/ants/1.jpg", "train/bees/1.jpg", "annotations/1.xml");

        Assert.Equal(["train"], ImageDataset.Open(_folder.Path).Splits);
    }

    [Fact]
    public void What_is_not_read_is_counted_by_kind_with_images_of_other_formats_first()
    {
        Touch("a/1.jpg", "a/2.JP2", "a/3.jp2", "a/4.CR2", "a/notes.txt", "a/.DS_Store", "a/noend", "b/1.jpg", ".git/config", "loose.png");

        Assert.Equal(
            [
                (LeftOutKind.Format, ".jp2", "a/2.JP2 a/3.jp2"), (LeftOutKind.Format, ".cr2", "a/4.CR2"),
                    (LeftOutKind.Stray, null, "loose.png"),
                (LeftOutKind.Format, "", "a/noend"), (LeftOutKind.Format, ".txt", "a/notes.txt"),
                    (LeftOutKind.Hidden, null, ".git a/.DS_Store"),
            ],
            ImageDataset.Open(_folder.Path).LeftOut.Select(files => (files.Kind, files.Extension, string.Join(' ', files.Names))));
    }

    [Theory]
    [InlineData("bees/1.jpg")]
    [InlineData("test/bees/1.jpg")]
    public void A_test_set_may_have_one_class_and_empty_folders_of_others(string image)
    {
        Touch(image);
        string empty = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(_folder.PathOf(image)))!, "ants");
        Directory.CreateDirectory(empty);

        ImageDataset dataset = ImageDataset.Open(_folder.Path, new() { IsTestSet = true });

        Assert.Equal(["bees"], dataset.Classes);
        Assert.EndsWith("'ants' has no images.", Assert.Single(dataset.Warnings));
        Assert.Contains("'ants' has no images (.jpg", ErrorOf(_folder.Path));
    }

    [Fact]
    public void Spellings_of_a_class_in_two_forms_of_unicode_are_one_class()
    {
        Touch("train/M\u00fccken/1.jpg", "train/bees/1.jpg", "val/Mu\u0308cken/1.jpg", "val/bees/2.jpg");

        Assert.Equal(["M\u00fccken", "bees"], ImageDataset.Open(_folder.Path).Classes);
    }

    [Fact]
    public void A_class_called_train_may_have_folders_beside_other_classes()
    {
        Touch("train/steam/1.jpg", "bus/1.jpg", "car/1.jpg");

        Assert.Equal(["bus", "car", "train"], ImageDataset.Open(_folder.Path).Classes);
    }

    [Fact]
    public void What_is_called_trainval_is_trained_on()
    {
        Touch("trainval/ants/1.jpg", "trainval/bees/1.jpg", "test/ants/2.jpg", "test/bees/2.jpg");

        Assert.Equal(["train", "test"], ImageDataset.Open(_folder.Path).Splits);
    }

    [Fact]
    public void A_class_only_in_validation_is_an_error()
    {
        Touch("train/ants/1.jpg", "train/bees/1.jpg", "val/ants/1.jpg", "val/wasps/1.jpg");

        Assert.Contains("class 'wasps' is in 'val' but not in 'train'", ErrorOf(_folder.Path));
    }

    [Fact]
    public void Labels_that_differ_in_case_are_warned_about()
    {
        Touch("Ants/1.jpg", "ants/1.jpg", "bees/1.jpg");

        Assert.Contains("the labels 'Ants' (1 images) and 'ants' (1 images) differ only in case",
            Assert.Single(ImageDataset.Open(_folder.Path).Warnings));
    }

    [Fact]
    public void A_path_that_does_not_exist_says_what_is_expected() => Assert.Contains(
        "A folder with one sub-folder of images per class, a manifest",
        Assert.Throws<FileNotFoundException>(() => ImageDataset.Open(_folder.PathOf("no"))).Message);

    [Fact]
    public void A_file_of_another_kind_says_what_is_expected() =>
        Assert.Contains("is not a data set. A folder", ErrorOf(_folder.Write("notes.txt", "hello"u8)));

    [Fact]
    public void Rows_are_divided_and_limited_by_seed()
    {
        Touch([.. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"a/{i}.jpg", $"b/{i}.jpg"])]);
        ImageDataset dataset = ImageDataset.Open(_folder.Path);

        ImageDataset divided = dataset.Divided([0.8, 0.1, 0.1], seed: 1);

        Assert.Equal([("train", 16), ("val", 2), ("test", 2)], divided.Splits.Select(split => (split, divided.Part(split).Rows.Count)));
        Assert.Equal(divided.Rows, dataset.Divided([0.8, 0.1, 0.1], seed: 1).Rows);
        Assert.NotEqual(divided.Rows, dataset.Divided([0.8, 0.1, 0.1], seed: 2).Rows);
        Assert.Equal([3, 3, 1, 1, 1, 1],
            divided.Limited(3, seed: 1).Rows.GroupBy(row => (row.Split, row.Label)).Select(group => group.Count()).OrderDescending());
    }

    [Fact]
    public void A_data_view_has_the_rows_of_a_split()
    {
        Touch("train/ants/1.jpg", "train/bees/1.jpg", "val/ants/2.jpg", "val/bees/3.jpg");
        MLContext ml = new(seed: 1);

        IDataView data = ml.Data.LoadImages(_folder.Path, "val");

        Assert.Equal(["ImagePath", "Label"], data.Schema.Select(column => column.Name));
        Assert.Equal(["2.jpg", "3.jpg"],
            ml.Data.CreateEnumerable<ImageFile>(data, reuseRowObject: false).Select(row => Path.GetFileName(row.ImagePath)));
    }

    private static string ErrorOf(string path) => Assert.Throws<InvalidDataException>(() => ImageDataset.Open(path)).Message;

    private void Touch(params string[] files)
    {
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            _folder.Write(file, default);
        }
    }
}
