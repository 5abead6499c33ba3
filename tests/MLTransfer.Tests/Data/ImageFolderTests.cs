using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_and_files_come_in_ordinal_order_and_nested_folders_belong_to_their_class()
    {
        Touch("bees/b.jpg", "bees/a.PNG", "bees/B.webp", "bees/2019/z.jpeg", "bees/2019/more/y.gif", "Ants/ä.jpg", "Ants/z.bmp",
            "Ants/z.tif");

        Assert.Equal(
            ["Ants: Ants/z.bmp", "Ants: Ants/z.tif", "Ants: Ants/ä.jpg", "bees: bees/B.webp", "bees: bees/a.PNG", "bees: bees/b.jpg",
            "bees: bees/2019/z.jpeg", "bees: bees/2019/more/y.gif"],
            ImageFolder.List(_folder.Path).Select(file => $"{file.Label}: {Path.GetRelativePath(_folder.Path, file.ImagePath)}"));
    }

    [Fact]
    public void Hidden_files_and_folders_and_other_files_are_left_out()
    {
        Touch("a/1.jpg", "a/._1.jpg", "a/.hidden/2.jpg", "a/notes.txt", "a/Thumbs.db", "b/1.jpg", ".git/1.jpg", "loose.jpg");

        Assert.Equal(["a/1.jpg", "b/1.jpg"],
            ImageFolder.List(_folder.Path).Select(file => Path.GetRelativePath(_folder.Path, file.ImagePath)));
    }

    [Fact]
    public void A_link_that_leads_back_up_is_followed_no_further()
    {
        Touch("a/1.jpg", "b/1.jpg");
        Directory.CreateSymbolicLink(_folder.PathOf("a/again"), _folder.PathOf("a"));

        Assert.Equal(2, ImageFolder.List(_folder.Path).Count);
    }

    [Theory]
    [InlineData("a/up", "..")]
    [InlineData("self", ".")]
    [InlineData("a/other", "../b")]
    [InlineData("0", "b")]
    [InlineData("a/deep/down", "../..")]
    public void Each_folder_is_read_once_where_it_lies_whatever_links_lead_to_it(string link, string target)
    {
        Touch("a/1.jpg", "a/deep/2.jpg", "b/1.jpg");
        Directory.CreateSymbolicLink(_folder.PathOf(link), target);

        Assert.Equal(
            ["a: a/1.jpg", "a: a/deep/2.jpg", "b: b/1.jpg"],
            ImageFolder.List(_folder.Path).Select(file => $"{file.Label}: {Path.GetRelativePath(_folder.Path, file.ImagePath)}"));
        Assert.Equal(3, ImageFolder.ListImages(_folder.Path, out IReadOnlyList<LeftOutFiles> leftOut).Count);
        Assert.Equal($"1 link to a folder that is read already ('{link}')", Assert.Single(leftOut).ToString());
    }

    [Fact]
    public void Two_links_to_one_folder_elsewhere_are_followed_once()
    {
        using TemporaryFolder elsewhere = new();
        elsewhere.Write("1.jpg", default);
        Touch("a/1.jpg");
        Directory.CreateSymbolicLink(_folder.PathOf("b"), elsewhere.Path);
        Directory.CreateSymbolicLink(_folder.PathOf("c"), _folder.PathOf("b"));

        Assert.Equal(["a", "b"], ImageFolder.List(_folder.Path).Select(file => file.Label));
    }

    [Fact]
    public void A_class_whose_images_are_of_other_formats_says_so()
    {
        Touch("ants/1.jpg", "bees/1.cr2");

        Assert.Contains("'bees' has no images (.jpg", ErrorOf());
        Assert.Contains("but 1 .cr2 ('bees/1.cr2').", ErrorOf());
    }

    [Fact]
    public void A_link_to_a_folder_elsewhere_is_followed()
    {
        using TemporaryFolder elsewhere = new();
        elsewhere.Write("1.jpg", default);
        Touch("a/1.jpg");
        Directory.CreateSymbolicLink(_folder.PathOf("b"), elsewhere.Path);

        Assert.Equal(["a", "b"], ImageFolder.List(_folder.Path).Select(file => file.Label));
    }

    [Fact]
    public void A_missing_folder_and_a_file_are_named()
    {
        string missing = _folder.PathOf("nowhere"), file = _folder.Write("file", default);

        Assert.StartsWith($"There is no folder '{missing}'. A folder with one sub-folder",
            Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.List(missing)).Message);
        Assert.StartsWith($"There is no folder '{file}'; that is a file.",
            Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.List(file)).Message);
    }

    [Fact]
    public void A_folder_without_classes_says_what_is_in_it()
    {
        Assert.StartsWith($"The folder '{_folder.Path}' has no sub-folders. A folder with one sub-folder of images per class is expected",
            ErrorOf());
        Touch("1.jpg", "2.jpg");
        Assert.StartsWith($"The folder '{_folder.Path}' has no sub-folders, only 2 images directly in it.", ErrorOf());
    }

    [Fact]
    public void One_class_only_is_refused()
    {
        Touch("ants/1.jpg");

        Assert.Contains("has one class only, 'ants'; at least two are needed", ErrorOf());
    }

    [Fact]
    public void Classes_without_images_are_named()
    {
        Touch("ants/1.jpg", "bees/notes.txt");
        Assert.StartsWith($"In the folder '{_folder.Path}', 'bees' has no images (.jpg,", ErrorOf());
        Directory.CreateDirectory(_folder.PathOf("wasps"));
        Assert.StartsWith($"In the folder '{_folder.Path}', 'bees', 'wasps' have no images", ErrorOf());
    }

    [Fact]
    public void A_data_view_has_a_path_and_a_label_for_each_image()
    {
        Touch("ants/1.jpg", "bees/2.jpg");
        MLContext ml = new(seed: 1);

        IDataView data = ml.Data.LoadImageFolder(_folder.Path);

        Assert.Equal([("ImagePath", TextDataViewType.Instance), ("Label", TextDataViewType.Instance)],
            data.Schema.Select(column => (column.Name, (DataViewType)column.Type)));
        Assert.Equal(["ants", "bees"], ml.Data.CreateEnumerable<ImageFile>(data, reuseRowObject: false).Select(row => row.Label));
    }

    private string ErrorOf() => Assert.Throws<InvalidDataException>(() => ImageFolder.List(_folder.Path)).Message;

    private void Touch(params string[] files)
    {
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            _folder.Write(file, default);
        }
    }
}
