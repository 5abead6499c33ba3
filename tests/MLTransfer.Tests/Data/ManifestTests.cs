using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Data;

public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_are_guessed_and_paths_lie_beside_the_manifest()
    {
        ImageDataset dataset = Open("list.csv",
            "id,File Name,Class,set,weight\n1,ants/1.jpg,ants,train,2\n2,./bees\\2.jpg,bees,Validation,\n3,bees/3.jpg,bees,train,0.5\n");

        Assert.Equal(
            [
                new ImageRow(_folder.PathOf("ants/1.jpg"), "ants", "train", 2), new ImageRow(_folder.PathOf("bees/2.jpg"), "bees", "val"),
                new ImageRow(_folder.PathOf("bees/3.jpg"), "bees", "train", 0.5f),
            ],
            dataset.Part("train").Rows.Concat(dataset.Part("val").Rows).OrderBy(row => row.ImagePath));
        Assert.True(dataset.HasWeights);
    }

    [Theory]
    [InlineData("list.csv", "image;label\r\na.jpg;a\r\n\r\nb.jpg;b\r\n")]
    [InlineData("list.tsv", "image\tlabel\na.jpg\ta\nb.jpg\tb")]
    [InlineData("list.csv", "\"image\",\"label\"\n\"a.jpg\",a\n\"b.jpg\",b\n")]
    [InlineData("list.jsonl", "{\"image\": \"a.jpg\", \"label\": \"a\", \"box\": [1, 2]}\n\n{\"label\": \"b\", \"image\": \"b.jpg\"}\n")]
    public void Tables_and_json_lines_hold_the_same(string name, string content) =>
        Assert.Equal([("a.jpg", "a"), ("b.jpg", "b")],
            Open(name, content).Rows.Select(row => (Path.GetFileName(row.ImagePath), row.Label)));

    [Fact]
    public void Json_lines_whose_properties_are_ever_others_do_not_take_memory_by_their_square() =>
        Assert.Contains("line 999 has the property 'p999', after 1,000 others", Assert.Throws<InvalidDataException>(
            () => Open("list.jsonl", string
            .Join('\n', Enumerable.Range(1, 50_000)
            .Select(line => $"{{\"image\": \"{line}.jpg\", \"label\": \"{line % 2}\", \"p{line}\": 1}}")))).Message);

    [Fact]
    public void Quotes_protect_separators_quotes_and_line_ends() => Assert.Equal(
        ["a, \"b\"\nc", "d"], Open("list.csv", "image,label\n1.jpg,\"a, \"\"b\"\"\nc\"\n\"2,3.jpg\",d\n").Rows.Select(row => row.Label));

    [Fact]
    public void Labels_of_json_may_be_numbers() =>
        Assert.Equal(["7", "8"], Open("list.jsonl", "{\"image\": \"a\", \"label\": 7}\n{\"image\": \"b\", \"label\": 8}").Classes);

    [Fact]
    public void Columns_can_be_named() => Assert.Equal(
        ["x", "y"], Open("list.csv", "name,kind,label\n1.jpg,x,0\n2.jpg,y,0\n",
        new() { ImageColumn = "name", LabelColumn = "Kind" }).Classes);

    [Theory]
    [InlineData("file,color\n1.jpg,red\n",
        "no column with the labels, such as 'label', 'class' or 'category'. Its columns are 'file', 'color'")]
    [InlineData("1.jpg,red\n2.jpg,blue\n",
        "no column with the images (such as 'image') and none with the labels (such as 'label'). Its columns are '1.jpg', 'red'")]
    [InlineData("", "it is empty")]
    [InlineData("image,label\n1.jpg,a\n2.jpg,b,c\n", "line 3 has 3 fields, and the first line 2 (image, label)")]
    [InlineData("image,label\n1.jpg,\"a\n2.jpg,b\n", "line 2 opens a double quote that is never closed")]
    [InlineData("image,label\n1.jpg,\"a\"b\n", "line 2 has text after a closing double quote")]
    [InlineData("image,label\n1.jpg,a\n2.jpg, \n", "line 3 has no label")]
    [InlineData("image,label,weight\n1.jpg,a,-1\n2.jpg,b,1\n", "line 2 has the weight '-1'. A positive number is expected")]
    [InlineData("image,label,weight\n1.jpg,a,1\n2.jpg,b,0\n", "line 3 has the weight '0'")]
    [InlineData("image,label,weight\n1.jpg,a,1\n2.jpg,b,NaN\n", "line 3 has the weight 'NaN'")]
    [InlineData("image,label,weight\n1.jpg,a,Infinity\n2.jpg,b,1\n", "line 2 has the weight 'Infinity'")]
    [InlineData("image,label,weight\n1.jpg,a,heavy\n2.jpg,b,1\n", "line 2 has the weight 'heavy'")]
    [InlineData("image,label,split\n1.jpg,a,train\n2.jpg,b,\n", "line 3 has no split")]
    [InlineData("image,label\n,a\n2.jpg,b\n", "line 2 has no image")]
    [InlineData("image,label\n1.jpg,a\n/etc/passwd,b\n", "line 3 names '/etc/passwd', which lies outside the manifest's folder")]
    [InlineData("image,label\n1.jpg,a\nx/../../2.jpg,b\n", "line 3 names 'x/../../2.jpg', which lies outside")]
    [InlineData("image,label\n1.jpg,a\n..\\2.jpg,b\n", "line 3 names '..\\2.jpg', which lies outside")]
    [InlineData("image,label\n1.jpg,a\n2.jpg,b\n./1.jpg,b\n", "lines 2 and 4 say that")]
    [InlineData("image,label,split\n1.jpg,a,train\n2.jpg,b,train\n1.jpg,a,test\n", "into 'train' and 'test'")]
    [InlineData("image,label,split\n1.jpg,a,train\n2.jpg,b,train\n3.jpg,c,val\n", "class 'c' is in 'val' but not in 'train'")]
    [InlineData("image,label\n1.jpg,a\n2.jpg,a\n", "has one class only, 'a'")]
    [InlineData("image,label\n", "holds no labeled image")]
    public void What_is_wrong_is_said_with_its_line(string content, string expected) =>
        Assert.Contains(expected, ErrorOf("list.csv", Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("{\"image\": \"a\"", "line 1 is not JSON")]
    [InlineData("[1]", "line 1 is not a JSON object")]
    [InlineData("{\"image\": \"a\", \"label\": \"x\"}\n{\"image\": \"b\", \"label\": {}}", "line 2 has no label")]
    public void What_is_wrong_with_json_lines_is_said_with_its_line(string content, string expected) =>
        Assert.Contains(expected, ErrorOf("list.jsonl", Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Paths_that_lead_outside_are_read_where_that_is_allowed()
    {
        ImageDataset dataset = Open("list.csv", "image,label\n../1.jpg,a\n/2.jpg,b\n", new() { AllowOutsidePaths = true });

        Assert.Equal([Path.Combine(Path.GetDirectoryName(_folder.Path)!, "1.jpg"), "/2.jpg"], dataset.Rows.Select(row => row.ImagePath));
    }

    [Fact]
    public void The_line_of_bytes_that_are_no_utf8_is_named() =>
        Assert.Contains("line 3 is not UTF-8 (byte 0xE4)", ErrorOf("list.csv", [.. "image,label\n1.jpg,a\n2.jpg,"u8, 0xE4, .. "\n"u8]));

    [Fact]
    public void Marks_of_utf8_and_utf16_are_understood()
    {
        const string Content = "image,label\nä.jpg,ä\nb.jpg,b\n";
        foreach (Encoding encoding in (Encoding[])[new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
            Assert.Equal(["b", "ä"], ImageDataset
                .Open(_folder.Write("list.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(Content)])).Classes);
        Assert.Contains("line 1 holds a zero byte", ErrorOf("list.csv", Encoding.Unicode.GetBytes(Content)));
    }

    [Fact]
    public void An_image_that_is_listed_again_counts_once_and_is_warned_about()
    {
        ImageDataset dataset = Open("list.csv", "image,label\n1.jpg,a\n2.jpg,b\n1.jpg,a\n");

        Assert.Equal(2, dataset.Rows.Count);
        Assert.EndsWith("lists 1 images again, in lines 4 (as 2); each counts once.", Assert.Single(dataset.Warnings));
    }

    [Fact]
    public void Of_many_contradictions_the_first_five_are_named()
    {
        string error = ErrorOf("list.csv", Encoding.UTF8.GetBytes(
            $"image,label\n{string.Concat(Enumerable.Range(1, 7).Select(image => $"{image}.jpg,a\n{image}.jpg,b\n"))}"));

        Assert.Contains("; lines 10 and 11 say that", error);
        Assert.Contains("and 2 more. Keep one line for each image.", error);
        Assert.DoesNotContain("lines 12 and 13", error);
    }

    [Fact]
    public void A_row_without_a_weight_weighs_one_in_the_data_view()
    {
        ImageDataset dataset = Open("list.csv", "image,label,weight\n1.jpg,a,2.5\n2.jpg,b,\n");

        Assert.Equal([2.5f, 1f], new MLContext().Data.LoadImages(dataset).GetColumn<float>("Weight"));
    }

    [Fact]
    public void A_split_written_as_a_manifest_is_read_again()
    {
        foreach (string file in (string[])["a/1.jpg", "a/2, \"x\".jpg", "b/3.jpg", "b/4.jpg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            _folder.Write(file, default);
        }
        ImageDataset divided = ImageDataset.Open(_folder.Path).Divided([0.5, 0.5], seed: 1);

        divided.WriteManifest(_folder.PathOf("split.csv"));

        Assert.StartsWith("image,label,split\na/1.jpg,a,", File.ReadAllText(_folder.PathOf("split.csv")));
        Assert.Equal(divided.Rows, ImageDataset.Open(_folder.PathOf("split.csv")).Rows);
    }

    [Fact]
    public void Names_with_backslashes_blanks_and_quotes_survive_a_split()
    {
        Touch("a/back\\slash.png", "a/ 1.png", " b/2 .png", " b/,\".png");
        ImageDataset divided = ImageDataset.Open(_folder.Path).Divided([0.5, 0.5], seed: 1);

        divided.WriteManifest(_folder.PathOf("split.csv"));

        Assert.Equal(divided.Rows, ImageDataset.Open(_folder.PathOf("split.csv")).Rows);
        Assert.All(divided.Rows, row => Assert.True(File.Exists(row.ImagePath)));
    }

    [Fact]
    public void Backslashes_are_separators_where_no_file_has_them_in_its_name()
    {
        Touch("a/1.png", "b/2.png");

        Assert.Equal([_folder.PathOf("a/1.png"), _folder.PathOf("b/2.png")],
            Open("list.csv", "image,label\na\\1.png,a\nb\\2.png,b\n").Rows.Select(row => row.ImagePath));
    }

    [Fact]
    public void Names_in_another_form_of_unicode_are_the_same_files()
    {
        Touch("u\u0308/e\u0301.png", "b.png");

        Assert.Equal(
            [_folder.PathOf("u\u0308/e\u0301.png"), _folder.PathOf("b.png")],
            Open("list.csv", "image,label\n\u00fc/\u00e9.png,a\nb.png,b\nu\u0308/e\u0301.png,a\n").Rows.Select(row => row.ImagePath));
    }

    [Theory]
    [InlineData("ImageSource,Label\n1.png,a\n2.png,b\n")]
    [InlineData("ImageFileName,ClassId\n1.png,0\n2.png,1\n")]
    [InlineData("id,label\n1,a\n2,b\n")]
    [InlineData("image_id,category_id\n1.png,a\n2.png,b\n")]
    public void Usual_names_of_columns_are_known_and_extensions_found(string content)
    {
        Touch("1.png", "2.png");

        Assert.Equal([_folder.PathOf("1.png"), _folder.PathOf("2.png")], Open("list.csv", content).Rows.Select(row => row.ImagePath));
    }

    [Fact]
    public void Images_named_by_ids_may_lie_in_a_folder_that_is_given_and_end_with_a_suffix_that_is_given()
    {
        Directory.CreateDirectory(_folder.PathOf("images"));
        Touch("images/1_small.png", "images/2_small.png");
        const string Content = "id,breed\n1,a\n2_small.png,b\n";
        ImageDatasetOptions options = new() { LabelColumn = "breed", ImageFolder = _folder.PathOf("images"), ImageSuffix = "_small.png" };

        Assert.Equal([_folder.PathOf("images/1_small.png"), _folder.PathOf("images/2_small.png")],
            Open("list.csv", Content, options).Rows.Select(row => row.ImagePath));
        Assert.Contains("there is no file",
            Assert.Throws<InvalidDataException>(() => Open("list.csv", Content, new() { LabelColumn = "breed" })).Message);
        Assert.Contains("lies outside '",
            Assert.Throws<InvalidDataException>(() => Open("list.csv", "id,breed\n../1,a\n2,b\n", options)).Message);
    }

    [Fact]
    public void A_manifest_elsewhere_names_images_by_their_full_paths()
    {
        using TemporaryFolder elsewhere = new();
        ImageDataset dataset = Open("list.csv", "image,label\n1.jpg,a\n2.jpg,b\n");

        dataset.WriteManifest(elsewhere.PathOf("list.csv"));

        Assert.Throws<InvalidDataException>(() => ImageDataset.Open(elsewhere.PathOf("list.csv")));
        Assert.Equal(dataset.Rows, ImageDataset.Open(elsewhere.PathOf("list.csv"), new() { AllowOutsidePaths = true }).Rows);
    }

    private ImageDataset Open(string name, string content, ImageDatasetOptions? options = null) =>
        ImageDataset.Open(_folder.Write(name, Encoding.UTF8.GetBytes(content)), options);

    private void Touch(params string[] files)
    {
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            _folder.Write(file, default);
        }
    }

    private string ErrorOf(string name, ReadOnlySpan<byte> content)
    {
        string path = _folder.Write(name, content);
        return Assert.Throws<InvalidDataException>(() => ImageDataset.Open(path)).Message;
    }
}
