using System.Text.RegularExpressions;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;

namespace MLTransfer.Tests.Evaluation.Inspection;

public partial class DatasetReportTests
{
    [Fact]
    public void The_page_shows_problems_first_then_images_of_each_class_all_within_itself()
    {
        using var set = new PlantedSet(splits: true);
        set.Copy("train/a/0.png", "val/a/copy.png");
        set.Write("train/b/empty.jpg", []);
        string page = PageOf(set);
        Assert.Contains("2 problems in 18 images</title>", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("Unreadable files", StringComparison.Ordinal) < page
            .IndexOf("The same file in different splits", StringComparison.Ordinal));
        Assert.True(page.IndexOf("The same file in different splits", StringComparison.Ordinal) < page
            .IndexOf(">Classes ", StringComparison.Ordinal));
        Assert.Equal(2 + 17, DataUris().Count(page));
        Assert.DoesNotMatch("""(src|href)="(?!data:)""", page);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Markup {", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_files_and_classes_never_become_elements()
    {
        using var set = new PlantedSet();
        set.Draw("<img src=x onerror=alert(1)>&'\"/<b>1.png", scene: 999);
        string page = PageOf(set);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>1.png", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_set_is_shown_in_part()
    {
        using var set = new PlantedSet(perClass: 30);
        Assert.Equal(24, DataUris().Count(PageOf(set)));
    }

    [Fact]
    public void Images_over_the_limit_of_the_inspection_have_no_thumbnails()
    {
        using var set = new PlantedSet();
        Assert.Empty(DataUris().Matches(PageOf(set, new() { MaximumPixels = 100 })));
    }

    private static string PageOf(PlantedSet set, InspectionOptions? options = null)
    {
        string path = set.PathOf("page.html");
        DatasetReport.Write(path, DatasetInspection.Run(ImageDataset.Open(set.Path), options));
        return File.ReadAllText(path);
    }

    [GeneratedRegex("<img alt=\"\" src=\"data:image/jpeg;base64,[A-Za-z0-9+/=]+\"/>")]
    private static partial Regex DataUris();
}
