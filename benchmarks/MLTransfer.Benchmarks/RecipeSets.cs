using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Benchmarks;

/// <summary>The images of one training and of its test, which no training sees.</summary>
internal sealed record RecipeImages(IReadOnlyList<ImageFile> Training, IReadOnlyList<ImageFile> Test);

/// <summary>A data set that recipes are measured on.</summary>
/// <param name="Name">Its name, in results and on the page.</param>
/// <param name="Summary">What it is, for the page.</param>
/// <param name="Draw">The training images that a seed draws, and the test images, which are the same for every seed.</param>
internal sealed record RecipeSet(string Name, string Summary, Func<int, RecipeImages> Draw)
{
    private const int DrawnAlike = 0, TestImages = 2000;

    // Categories of Debian's openclipart-png that a person tells apart, as folders below its root.
    private static readonly string[] Drawings =
    [
        "animals/mammals", "buildings", "food/desserts", "food/fruit", "people/clothing", "plants", "recreation/music", "recreation/party",
        "recreation/sports", "signs_and_symbols/flags", "transportation/roadsigns", "transportation/vehicles",
    ];

    /// <summary>The data sets of <c>docs/recipes.md</c>.</summary>
    /// <param name="shared">The folder with hymenoptera, mnist and cifar10-train.zip.</param>
    /// <param name="fashion">The files of Fashion-MNIST, as Debian's package dataset-fashion-mnist has them.</param>
    /// <param name="clipart">The drawings, as Debian's package openclipart-png has them.</param>
    internal static IReadOnlyList<RecipeSet> All(string shared, string fashion, string clipart) =>
    [
        new(
            "hymenoptera", "ants and bees, 245 photographs, tested on 153",
            _ => Split(Path.Combine(shared, "hymenoptera"), "train", "val")),
        HeldOut("mnist-50", "handwritten digits, 50 a class", Path.Combine(shared, "mnist"), 50),
        HeldOut("cifar-50", "CIFAR-10, 50 a class", Path.Combine(shared, "cifar10-train.zip"), 50),
        HeldOut("cifar-500", "CIFAR-10, 500 a class", Path.Combine(shared, "cifar10-train.zip"), 500),
        new("fashion-50", $"Fashion-MNIST, 50 a class, tested on {TestImages}", seed =>
        {
            var whole = ImageDataset.Open(fashion);
            return new(
                Rows(whole.Part("train").Limited(50, seed)),
                Rows(whole.Part("test").Limited(TestImages / whole.Classes.Count, DrawnAlike)));
        }),
        new("drawings", "twelve categories of clip art, at most 30 drawings a class, tested on the others", seed => Clipart(clipart, seed)),
    ];

    private static RecipeSet HeldOut(string name, string summary, string path, int perClass) =>
        new(name, $"{summary}, tested on {TestImages}", seed =>
        {
            var whole = ImageDataset.Open(path);
            double test = (double)TestImages / whole.Rows.Count;
            var parts = whole.Divided([1 - test, test], DrawnAlike);
            return new(Rows(parts.Part("train").Limited(perClass, seed)), Rows(parts.Part("val")));
        });

    private static RecipeImages Split(string path, string training, string test)
    {
        var whole = ImageDataset.Open(path);
        return new(Rows(whole.Part(training)), Rows(whole.Part(test)));
    }

    private static RecipeImages Clipart(string root, int seed)
    {
        const int PerClass = 30;
        // Some drawings are posters of a hundred million pixels.
        const int LargestFile = 600_000;
        List<ImageFile> training = [], test = [];
        foreach (var category in Drawings)
        {
            var folder = Paths.ExistingFolder("--clipart", Path.Combine(root, category));
            string[] files =
            [
                .. Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories)
                    .Where(path => new FileInfo(path).Length <= LargestFile).Order(StringComparer.Ordinal),
            ];
            // The large category of flags would otherwise be most of the test.
            new Random(DrawnAlike).Shuffle(files);
            files = files[..Math.Min(files.Length, 3 * PerClass)];
            var held = files.Length / 2;
            test.AddRange(files[..held].Select(Row));
            var pool = files[held..];
            new Random(seed).Shuffle(pool);
            training.AddRange(pool[..Math.Min(pool.Length, PerClass)].Select(Row));

            ImageFile Row(string path) => new() { ImagePath = path, Label = category };
        }
        return new(training, test);
    }

    private static List<ImageFile> Rows(ImageDataset part) =>
        [.. part.Rows.Select(row => new ImageFile { ImagePath = row.ImagePath, Label = row.Label })];
}
