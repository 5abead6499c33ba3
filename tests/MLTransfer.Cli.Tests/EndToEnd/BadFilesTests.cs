using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class BadFilesTests(TrainedModel model) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_weights_file_that_is_none_is_an_error_that_names_it() =>
        await TrainingFailsAsync(ExitCode.Failed, "weights.pth", Weights("not weights"u8));

    [NeedsSharedFact("weights/mobilenet_v1_b12_imagenet.pth")]
    public async Task Weights_that_are_cut_short_are_an_error_that_names_them()
    {
        using var whole = File.OpenRead(SharedFolder.PathOf("weights/mobilenet_v1_b12_imagenet.pth"));
        var half = new byte[100_000];
        whole.ReadExactly(half);
        await TrainingFailsAsync(ExitCode.Failed, "weights.pth", Weights(half));
    }

    [NeedsSharedFact("weights/mobilenet_v1_b12_imagenet.pth")]
    public async Task Weights_of_another_network_are_an_error_that_names_them() =>
        await TrainingFailsAsync(ExitCode.Failed, "mobilenet_v1_b12_imagenet.pth", "--weights",
            SharedFolder.PathOf("weights/mobilenet_v1_b12_imagenet.pth"));

    [Fact]
    public async Task Weights_whose_pickle_asks_for_os_system_are_refused_and_the_command_is_not_run()
    {
        var trace = _folder.PathOf("trace");
        using (var archive = ZipFile.Open(_folder.PathOf("weights.pth"), ZipArchiveMode.Create))
        using (var pickle = archive.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open())
            pickle.Write(Encoding.ASCII.GetBytes($"cposix\nsystem\n(S'touch {trace}'\ntR."));
        await TrainingFailsAsync(ExitCode.Failed, "weights.pth", "--weights", _folder.PathOf("weights.pth"));
        Assert.False(File.Exists(trace));
    }

    [Fact]
    public async Task An_unknown_layer_is_asked_wrongly_and_answered_with_the_layers() =>
        await TrainingFailsAsync(ExitCode.Usage, "layer3", "--weights", "none", "--mode", "finetune", "--train-from", "layer9");

    [Fact]
    public async Task A_file_that_is_no_model_is_an_error_that_names_it() =>
        await EvaluationFailsAsync(_folder.Write("model.zip", "not a model"u8));

    [Fact]
    public async Task An_archive_that_holds_no_model_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(_folder.PathOf("something"));
        _folder.Write("something/else.txt", "hello"u8);
        ZipFile.CreateFromDirectory(_folder.PathOf("something"), _folder.PathOf("archive.zip"));
        await EvaluationFailsAsync(_folder.PathOf("archive.zip"));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public async Task A_model_that_is_cut_short_is_an_error_that_names_it(double share)
    {
        var whole = File.ReadAllBytes(model.Path);
        await EvaluationFailsAsync(_folder.Write("cut.zip", whole.AsSpan(0, (int)(whole.Length * share))));
    }

    [Theory]
    [InlineData("Transform_000/Model.key")]
    [InlineData("Transform_001/Network.safetensors")]
    [InlineData("Transform_002/Model.key")]
    public async Task A_model_with_a_flipped_bit_is_called_damaged_whatever_ML_NET_says_of_it(string entry)
    {
        var damaged = File.ReadAllBytes(model.Path);
        // The content of an entry follows the name in its header.
        damaged[damaged.AsSpan().IndexOf(Encoding.ASCII.GetBytes(entry)) + entry.Length + 80] ^= 4;
        var words = await EvaluationFailsAsync(_folder.Write("damaged.zip", damaged));
        Assert.Contains($"{Path.GetFileName(entry)}' in the model file", words, StringComparison.Ordinal);
        Assert.Contains("The file is damaged: copy it again", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_whose_pipeline_changes_the_images_is_not_scored_on_the_files()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadImageFolder(model.Training);
        var resized = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", null, "ImagePath")).Append(ml.Transforms.ResizeImages("Image", 16, 16))
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(
                new FeatureExtractionOptions { Backbone = "embedded", Epochs = 1, ImageColumnName = "Image" }))
            .Fit(data);
        ml.Model.Save(resized, data.Schema, _folder.PathOf("resized.zip"));
        const string Reason = "Its images come from another transform of the pipeline (ImageResizingTransformer)";
        Assert.Contains(Reason, await EvaluationFailsAsync(_folder.PathOf("resized.zip")), StringComparison.Ordinal);
        var outcome = await Mlt.RunAsync("predict", "--model", _folder.PathOf("resized.zip"), model.Validation);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains(Reason, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_exist_is_asked_wrongly()
    {
        var outcome = await Mlt.RunAsync("predict", "--model", _folder.PathOf("none.zip"), "x.jpg");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains($"--model is '{_folder.PathOf("none.zip")}', but there is no such file.", outcome.Error, StringComparison.Ordinal);
    }

    private string[] Weights(ReadOnlySpan<byte> content) => ["--weights", _folder.Write("weights.pth", content)];

    private async Task TrainingFailsAsync(int code, string named, params string[] more)
    {
        string[] mode = more.Contains("--mode") ? [] : ["--mode", "features", "--cache", "none"];
        var outcome = await Mlt.RunAsync(
            ["train", "--data", model.Training, "--backbone", "cifar_resnet20", "--epochs", "1", "--out", _folder.PathOf("model.zip"),
            .. mode, .. more]);
        Assert.True(code == outcome.Code, outcome.Error);
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("model.zip")));
    }

    private async Task<string> EvaluationFailsAsync(string path)
    {
        var outcome = await Mlt.RunAsync("evaluate", "--model", path, "--data", model.Validation, "--json");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Equal("", outcome.Output);
        Assert.StartsWith($"mlt evaluate: '{path}' cannot be used as a model.", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        return outcome.Error;
    }
}
