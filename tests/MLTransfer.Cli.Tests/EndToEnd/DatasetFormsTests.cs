using System.IO.Compression;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class DatasetFormsTests : IDisposable
{
    private static readonly string[] Rest =
        ["--mode", "features", "--backbone", "cifar_resnet20", "--weights", "none", "--epochs", "1", "--cache", "none", "--json"];
    private readonly TemporaryFolder _folder = new();

    public DatasetFormsTests()
    {
        SmallImages.Draw(_folder.PathOf("shapes/train"), perClass: 4, seed: 1);
        SmallImages.Draw(_folder.PathOf("shapes/val"), perClass: 2, seed: 2);
        ZipFile.CreateFromDirectory(_folder.PathOf("shapes"), Archive);
    }

    private string Archive => _folder.PathOf("shapes.zip");

    private string Model => _folder.PathOf("model.zip");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_archive_is_trained_on_evaluated_and_predicted_in_place()
    {
        var trained = await Mlt.RunAsync(["train", "--data", Archive, "--balance", "weights", "--out", Model, .. Rest]);
        trained.AssertSuccess();
        var json = trained.Json;
        Assert.Equal((8, 4), (json.GetProperty("train_images").GetInt32(), json.GetProperty("val_images").GetInt32()));
        Assert.Contains($"training on the split 'train' of '{Archive}', validating on its split 'val'", trained.Error);

        var evaluated = await Mlt.RunAsync("evaluate", "--model", Model, "--data", Archive, "--json");
        Assert.Contains($"scoring the split 'val' of '{Archive}'; --split selects another: train", evaluated.Error);
        Assert.Equal(json.GetProperty("val_accuracy").GetDouble(),
            evaluated.Json.GetProperty("micro_accuracy").GetDouble());
        var scoredOnTraining = await Mlt.RunAsync("evaluate", "--model", Model, "--data", Archive, "--split", "train", "--json");
        Assert.Equal(8, scoredOnTraining.Json.GetProperty("images").GetInt32());

        var predicted = (await Mlt.RunAsync("predict", "--model", Model, Archive, "--json")).Json;
        Assert.Equal(12, predicted.GetArrayLength());
        string first = predicted[0].GetProperty("file").GetString()!;
        Assert.StartsWith($"{Archive}!/train/", first);
        Assert.Equal(1, (await Mlt.RunAsync("predict", "--model", Model, first, "--json")).Json
            .GetArrayLength());
    }

    [Fact]
    public async Task What_to_do_next_names_all_options_by_which_the_data_set_is_read()
    {
        var rows = from part in new[] { "train", "val" }
                   from label in SmallImages.Labels
                   from file in Directory.GetFiles(_folder.PathOf($"shapes/{part}/{label}"))
                   select $"{Path.GetRelativePath(_folder.PathOf("shapes"), file)[..^".png".Length]},{label},{part}";
        File.WriteAllLines(_folder.PathOf("list.csv"), ["the id,kind,split", .. rows]);
        var (list, shapes) = (_folder.PathOf("list.csv"), _folder.PathOf("shapes"));
        var trained = await Mlt.RunAsync(
            ["train", "--data", list, "--image-column", "the id", "--label-column", "kind", "--image-folder", shapes, "--image-suffix",
            ".png",
                "--allow-outside-paths", "--max-pixels", "5000", "--out", Model, .. Rest[..^1]]);
        trained.AssertSuccess();
        Assert.Contains($"predict --model {Model} --max-pixels 5000 IMAGE", trained.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"evaluate --model {Model} --data {list} --split val --image-column 'the id' --label-column kind --image-folder {shapes} "
                + "--image-suffix .png --allow-outside-paths --max-pixels 5000", trained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_that_is_not_there_is_answered_with_those_that_are()
    {
        File.WriteAllBytes(Model, []);
        var outcome = await Mlt.RunAsync("evaluate", "--model", Model, "--data", Archive, "--split", "test");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains($"--split: '{Archive}' has no split 'test'. Its splits are train, val.", outcome.Error);
    }

    [Fact]
    public async Task A_manifest_that_leads_outside_is_refused_with_the_option_that_allows_it()
    {
        var manifest = _folder.Write("shapes/list.csv", "image,label\n../a.png,a\nb.png,b\n"u8);
        var outcome = await Mlt.RunAsync(["train", "--data", manifest, "--out", Model, .. Rest]);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("line 2 names '../a.png', which lies outside the manifest's folder", outcome.Error);
        Assert.Contains("--allow-outside-paths", outcome.Error);
    }
}
