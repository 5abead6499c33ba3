using System.Text.RegularExpressions;
using MLTransfer.Data.Cards;

namespace MLTransfer.Tests.Data.Cards;

public partial class DatasetCardsTests
{
    // Hosts that serve these files without encryption only: the checksum says what came.
    private static readonly string[] OpenHosts =
    [
        "fashion-mnist.s3-website.eu-central-1.amazonaws.com", "codh.rois.ac.jp", "data.vision.ee.ethz.ch", "ai.stanford.edu",
        "ufldl.stanford.edu",
        "download.tensorflow.org", "vision.stanford.edu",
    ];

    public static TheoryData<string> Names() => new(DatasetCards.All.Select(card => card.Name));

    [Theory, MemberData(nameof(Names))]
    public void Every_card_says_what_it_is_and_whom_to_cite(string name)
    {
        DatasetCard card = DatasetCards.Find(name);
        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", card.Name);
        Assert.Equal("classification", card.Task);
        Assert.InRange(card.Classes, 2, 1000);
        Assert.True(card.ClassNames is null || card.ClassNames.Distinct().Count() == card.Classes, "as many names as classes");
        Assert.All([card.Title, card.Citation], text => Assert.True(text.Length > 10 && !text.EndsWith('.')));
        Assert.True(card.Notes is null || card.Notes.EndsWith('.'));
        Assert.True(card.Homepage.IsAbsoluteUri);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_file_of_a_card_is_known_by_a_whole_checksum_or_comes_encrypted(string name) =>
        Assert.All(DatasetCards.Find(name).Files, file =>
    {
        Assert.True(file.Sha256 is null || Sha256().IsMatch(file.Sha256), file.Sha256);
        Assert.True(file.Md5 is null || Md5().IsMatch(file.Md5), file.Md5);
        Assert.All(file.Urls, url => Assert
            .True(url.Scheme == "https" || (OpenHosts.Contains(url.Host) && file.Checksum is not null), $"{url}"));
        Assert.InRange(file.Bytes ?? 1000, 500, 10L << 30);
        Assert.Matches("^[A-Za-z0-9._-]+$", file.Name);
    });

    [Theory, MemberData(nameof(Names))]
    public void The_parts_and_files_of_a_card_have_names_of_their_own(string name)
    {
        DatasetCard card = DatasetCards.Find(name);
        Assert.Equal(card.Splits.Count, card.Splits.Select(split => split.Name).Distinct().Count());
        Assert.Equal(card.Files.Count, card.Files.Select(file => file.Name).Distinct().Count());
        Assert.All(card.Splits, split => Assert.InRange(split.Images ?? 100, 100, 2_000_000));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_layout_of_a_card_says_where_its_labeled_images_are(string name)
    {
        DatasetCard card = DatasetCards.Find(name);
        bool hasPlaces = card.Layout is DatasetLayout.ImageFolder or DatasetLayout.Idx or DatasetLayout.CifarBinary;
        Assert.All(card.Splits, split => Assert.Equal(hasPlaces, split.Path is not null));
        Assert.Equal(card.Layout == DatasetLayout.Lists ? card.Splits.Select(split => split.Name) : [],
            card.Lists.Select(list => list.Split));
        Assert.Equal(card.Layout == DatasetLayout.Unlabelled,
            card.Notes?.Contains("not read", StringComparison.Ordinal) == true && card.Layout == DatasetLayout.Unlabelled);
    }

    [Fact]
    public void Every_name_is_there_once() =>
        Assert.Equal(DatasetCards.All.Count, DatasetCards.All.Select(card => card.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    // Of torchvision's documentation and of the data sets' own pages.
    [Theory]
    [InlineData("mnist", 10, 70_000)]
    [InlineData("Fashion-MNIST", 10, 70_000)]
    [InlineData("cifar-100", 100, 60_000)]
    [InlineData("flowers-102", 102, 8_189)]
    [InlineData("oxford-pets", 37, 7_349)]
    [InlineData("food-101", 101, 101_000)]
    [InlineData("dtd", 47, 5_640)]
    public void Classes_and_images_are_those_that_are_published(string name, int classes, int images)
    {
        DatasetCard card = DatasetCards.Find(name);
        Assert.Equal((classes, images), (card.Classes, card.Splits.Sum(split => split.Images)));
    }

    [Fact]
    public void A_name_that_is_none_is_answered_with_the_nearest_and_with_all() =>
        Assert.Contains("There is no data set 'minst'. Did you mean 'mnist'? Known: beans, cifar-10",
            Assert.Throws<ArgumentException>(() => DatasetCards.Find("minst")).Message, StringComparison.Ordinal);

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Sha256();

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex Md5();
}
