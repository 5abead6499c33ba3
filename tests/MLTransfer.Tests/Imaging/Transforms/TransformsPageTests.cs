using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformsPageTests
{
    // Set by benchmarks/transforms.sh, which wants the page written anew.
    private const string Wanted = "MLTRANSFER_TRANSFORMS_PAGE";

    [Fact]
    public void The_page_of_transforms_lists_all_that_are_compared()
    {
        string path = Path.Combine(SharedFolder.Repository!, "docs", "transforms.md");
        if (Environment.GetEnvironmentVariable(Wanted) is { } wanted)
            File.WriteAllText(path = wanted, TransformsPage.Of());
        string page = File.ReadAllText(path);

        Assert.All(TransformCases.All, one => Assert.Contains($"| {one.Name} | `{one.Python}` |", page));
    }
}
