using System.Text.Json;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using Onnx;
using TorchSharp;

namespace MLTransfer.Cli.Tests.Export;

public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.PathOf("model.zip");

    private string Out => _folder.PathOf("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_is_shown()
    {
        Save(Preprocessing.Cifar);
        var outcome = await Mlt.RunAsync("export", Model, "--out", Out);
        outcome.AssertSuccess();
        Expected.Is("export.txt", outcome.Output.Replace(_folder.Path, "DIR", StringComparison.Ordinal));
        Assert.Equal(Path.GetFileName(Out), Path.GetFileName(Assert.Single(Directory.GetFiles(_folder.Path, "*.onnx*"))));
        Assert.Equal("cifar_resnet20", ModelProto.Parser.ParseFrom(await File.ReadAllBytesAsync(Out)).Graph.Name);
    }

    [Fact]
    public async Task The_JSON_says_how_to_call_it()
    {
        Save(Preprocessing.Cifar);
        var outcome = await Mlt.RunAsync(
            "export", Model, "--out", Out, "--json", "--preprocessing", "full", "--precision", "float16", "--opset", "19");
        outcome.AssertSuccess();
        var json = outcome.Json;
        Assert.Equal(new FileInfo(Out).Length, json.GetProperty("bytes").GetInt64());
        Assert.Equal(["ants", "bees"], json.GetProperty("classes").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("""{"name":"images","type":"uint8","shape":["N","H","W",3]}""", json.GetProperty("input").GetRawText());
        Assert.Equal("""{"name":"probabilities","type":"float32","shape":["N",2]}""", json.GetProperty("output").GetRawText());
        Assert.Equal("full float16 19", $"{json.GetProperty("preprocessing")} {json.GetProperty("precision")} {json.GetProperty("opset")}");
        Assert.Equal(JsonValueKind.Undefined, json.TryGetProperty("data_file", out var data) ? data.ValueKind : JsonValueKind.Undefined);
    }

    [Theory]
    [InlineData("--out is 'model.zip'; it must end in .onnx.", "--out", "model.zip")]
    [InlineData("--opset is 17; --preprocessing full needs at least 18", "--out", "x.onnx", "--preprocessing", "full", "--opset", "17")]
    [InlineData("--opset is '9'; it must be a whole number from 17 to 21.", "--out", "x.onnx", "--opset", "9")]
    public async Task Wrong_usage_is_refused_before_anything_is_written(string complaint, params string[] arguments)
    {
        Save(Preprocessing.Cifar);
        var outcome = await Mlt.RunAsync(["export", Model, .. arguments]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(complaint, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preprocessing_that_cannot_be_exported_is_refused_in_the_words_of_the_command_line()
    {
        Save(Preprocessing.Cifar with { Transforms = [new Resize(32, 32)] });
        var outcome = await Mlt.RunAsync("export", Model, "--out", Out, "--preprocessing", "full");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith(
            "mlt export: --preprocessing: The whole preprocessing of this model cannot be exported: it consists of transforms of its own.",
            outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Out));
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_refused()
    {
        _folder.Write("model.zip", "no zip"u8);
        var outcome = await Mlt.RunAsync("export", Model, "--out", Out);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("cannot be used as a model", outcome.Error, StringComparison.Ordinal);
    }

    private void Save(Preprocessing preprocessing)
    {
        torch.random.manual_seed(1);
        var description = new ModelDescription
        {
            Backbone = "cifar_resnet20", Labels = ["ants", "bees"], ImageColumnName = "ImagePath", Preprocessing = preprocessing,
            Precision = Precision.Float32,
        };
        var network = ModelZoo.Find("cifar_resnet20").Build(2);
        using var model = new ImageClassificationTransformer(
            network, new Scorer(new ClassifierNetwork(network, torch.ScalarType.Float32), preprocessing, torch.CPU), description,
            training: null);
        var context = new MLContext();
        context.AddMLTransfer();
        context.Model.Save(model, context.Data.LoadFromEnumerable(Array.Empty<ImageFile>()).Schema, Model);
    }
}
