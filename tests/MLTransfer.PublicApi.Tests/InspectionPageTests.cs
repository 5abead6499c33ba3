using Microsoft.ML;
using MLTransfer.Data;

namespace MLTransfer.PublicApi.Tests;

/// <summary>The code of docs/inspect.md.</summary>
public sealed class InspectionPageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    public InspectionPageTests() => ColoredFolders.Draw(_folder.CreateSubdirectory("images"), perClass: 12);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_inspection_of_a_folder()
    {
        string folder = Path.Combine(_folder.FullName, "images"), cache = Path.Combine(_folder.FullName, "cache");
        string page = Path.Combine(_folder.FullName, "inspection.html");
        var ml = new MLContext(seed: 1);
        ImageDataInspection found = ml.Data.InspectImages(ImageDataset.Open(folder), new ImageDataInspectionOptions
        {
            Backbone = "embedded",           // or resnet18, the default, with its published weights
            CacheFolder = cache,             // the next inspection, or a training on features, need not compute them again
        });
        foreach (SuspectLabel suspect in found.SuspectLabels)
            Console.WriteLine($"{suspect.Image.ImagePath}: {suspect.Image.Label}, rather {suspect.SuggestedLabel}");
        foreach (NearDuplicates group in found.NearDuplicates.Where(group => group.LabelsDisagree || group.IsLeakage))
            Console.WriteLine(string.Join(" = ", group.Images.Select(image => image.ImagePath)));
        double twice = found.LearningCurve.EstimatedAccuracy(2 * found.Images);
        found.WriteReport(page);
        Assert.Equal((24, 1.0), (found.Images, found.Accuracy));
        Assert.Empty(found.SuspectLabels);
        Assert.InRange(twice, 0.9, 1);
        Assert.True(File.Exists(page));
    }

    [Fact]
    public void An_inspection_of_training_and_test_images()
    {
        string folder = Path.Combine(_folder.FullName, "images");
        var ml = new MLContext(seed: 1);
        var options = new ImageDataInspectionOptions { Backbone = "embedded" };
        IDataView train = ml.Data.LoadImageFolder(folder), test = ml.Data.LoadImageFolder(folder);
        ImageDataInspection found = ml.Data.InspectImages(train, test, options);      // the splits train and test
        Assert.Contains(found.NearDuplicates, group => group.IsLeakage);
    }
}
