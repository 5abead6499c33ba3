using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Train;

public sealed class TrainRequestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_does_not_exist_is_said()
    {
        var missing = _folder.PathOf("nowhere");
        await RefusedAsync($"--data is '{missing}', but there is no such file or folder.", With("--data", missing));
    }

    [Fact]
    public async Task A_validation_folder_that_does_not_exist_is_said() =>
        await RefusedAsync($"--val is '{_folder.PathOf("val")}', but there is no such file or folder.",
            [.. Good, "--val", _folder.PathOf("val")]);

    [Fact]
    public async Task Weights_that_do_not_exist_are_said() =>
        await RefusedAsync($"--weights is '{_folder.PathOf("w.pth")}', but there is no such file.",
            With("--weights", _folder.PathOf("w.pth")));

    [Fact]
    public async Task An_unknown_backbone_is_answered_with_the_nearest() =>
        await RefusedAsync("--backbone: There is no backbone 'resnt18'. Did you mean 'resnet18'?", With("--backbone", "resnt18"));

    [Fact]
    public async Task Images_too_small_for_the_backbone_are_said_before_any_work() =>
        await RefusedAsync("--image-size: vgg16 cannot see images of 16 × 16 pixels: it needs at least 32 × 32.",
            [.. With("--backbone", "vgg16"), "--image-size", "16"]);

    [Fact]
    public async Task What_is_chosen_by_validation_images_contradicts_a_model_of_all_folds()
    {
        await RefusedAsync(
            "--soup chooses epochs by validation images, and the model of --folds is trained on all images; leave one of them out.",
            [.. Good, "--folds", "2", "--soup", "3"]);
        await RefusedAsync(
            "--reject chooses thresholds by validation images, and the model of --folds is trained on all images; leave one of them out.",
            [.. Good, "--folds", "2", "--reject", "coverage:0.9"]);
    }

    [Fact]
    public async Task An_unknown_head_is_answered_with_the_known() =>
        await RefusedAsync("--head: There is no head 'forest'. It must be linear, dropout:RATE or mlp:WIDTH:RATE",
            [.. Good, "--head", "forest"]);

    [Fact]
    public async Task An_unknown_augmentation_is_answered_with_the_known() =>
        await RefusedAsync("--augment cannot be used: There is no augmentation 'standart'. Known are standard, ",
            [.. With("--mode", "finetune"), "--augment", "standart"]);

    [Theory]
    [InlineData("--augment", "none")]
    [InlineData("--mixup", "0.2")]
    [InlineData("--cutmix", "1")]
    public async Task Augmentation_contradicts_a_frozen_backbone(string option, string value) =>
        await RefusedAsync("--augment, --mixup and --cutmix are for --mode finetune", [.. With("--mode", "features"), option, value]);

    [Theory]
    [InlineData("--image-memory", "64")]
    [InlineData("--reduced-scale", "true")]
    public async Task How_images_are_decoded_again_and_again_contradicts_decoding_them_once(string option, string value) =>
        await RefusedAsync("--image-memory and --reduced-scale are for --mode finetune", [.. With("--mode", "features"), option, value]);

    [Theory]
    [InlineData("--mixup")]
    [InlineData("--cutmix")]
    public async Task Weights_of_classes_contradict_images_that_are_mixed(string option) => await RefusedAsync(
        "--balance weights does not go with --mixup and --cutmix", [.. With("--mode", "finetune"), "--balance", "weights", option, "0.5"]);

    [Fact]
    public async Task A_layer_to_train_from_contradicts_a_frozen_backbone() =>
        await RefusedAsync("--train-from is for --mode finetune", [.. Good, "--train-from", "layer4"]);

    [Fact]
    public async Task Kept_views_contradict_training_all_layers() =>
        await RefusedAsync("--cached-views is set, and all layers are trained", [.. With("--mode", "finetune"), "--cached-views", "2"]);

    [Fact]
    public async Task A_checkpoint_contradicts_a_frozen_backbone() =>
        await RefusedAsync("--checkpoint is for --mode finetune", [.. Good, "--checkpoint", _folder.PathOf("checkpoint")]);

    [Fact]
    public async Task Two_ways_to_validate_contradict_each_other() =>
        await RefusedAsync("--val and --val-fraction exclude each other", [.. Good, "--val", _folder.Path, "--val-fraction", "0.5"]);

    [Fact]
    public async Task An_unwritable_model_file_is_found_out_before_any_work() =>
        await RefusedAsync("--out: '/proc/model.zip' cannot be written:", With("--out", "/proc/model.zip"));

    [Fact]
    public async Task A_report_folder_that_cannot_be_made_is_found_out_before_any_work() =>
        await RefusedAsync("--report is '/proc/report', but this folder cannot be created:", [.. Good, "--report", "/proc/report"]);

    [Fact]
    public async Task A_report_folder_that_cannot_be_written_to_is_found_out_before_any_work() =>
        await RefusedAsync("--report: '/proc/report.html' cannot be written:", [.. Good, "--report", "/proc"]);

    [Fact]
    public async Task A_file_in_place_of_the_report_folder_is_said()
    {
        var file = _folder.Write("file", []);
        await RefusedAsync($"--report is '{file}', which is a file; a folder is expected.", [.. Good, "--report", file]);
    }

    [Fact]
    public async Task A_tensorboard_folder_that_cannot_be_written_to_is_found_out_before_any_work()
    {
        var file = _folder.Write("file", []);
        await RefusedAsync($"--tensorboard is '{file}', which is a file; a folder is expected.", [.. Good, "--tensorboard", file]);
        await RefusedAsync("--tensorboard: '/proc/file' cannot be written:", [.. Good, "--tensorboard", "/proc"]);
    }

    [Fact]
    public async Task Histograms_need_a_tensorboard_folder() => await RefusedAsync(
        "--tensorboard-histograms is set, and --tensorboard is not: say where they go.", [.. Good, "--tensorboard-histograms"]);

    [Theory]
    [InlineData("--epochs is for --mode features and finetune; --mode auto chooses it by trying.", "--epochs", "3")]
    [InlineData("--learning-rate is for --mode features and finetune; --mode auto chooses it by trying.", "--learning-rate", "0.1")]
    [InlineData("--recipe is for --mode features and finetune; --mode auto chooses it by trying.", "--recipe", "best")]
    [InlineData("--train-from is for --mode finetune; --mode auto tries its own trainings.", "--train-from", "layer4")]
    [InlineData("--views is for --mode features; --mode auto tries its own trainings.", "--views", "3")]
    [InlineData("--checkpoint is for --mode finetune; --mode auto tries its own trainings.", "--checkpoint", "kept")]
    [InlineData("--folds repeats one training, and --mode auto tries several; leave one of them out.", "--folds", "3")]
    [InlineData("--val-fraction is 0, and there are no --val images, by which trials are compared.", "--val-fraction", "0")]
    public async Task What_a_search_chooses_itself_is_refused(string complaint, string option, string value) =>
        await RefusedAsync(complaint, [.. With("--mode", "auto"), option, value]);

    [Fact]
    public async Task A_budget_and_test_images_are_for_a_search()
    {
        await RefusedAsync("--budget is for --mode auto; a single training takes as long as its epochs do.", [.. Good, "--budget", "5m"]);
        await RefusedAsync(
            "--test is for --mode auto, which chooses among trainings; measure another model with 'mlt evaluate'.",
            [.. Good, "--test", _folder.Path]);
        await RefusedAsync(
            $"--test is '{_folder.PathOf("nowhere")}', but there is no such file or folder.",
            [.. With("--mode", "auto"), "--test", _folder.PathOf("nowhere")]);
        await RefusedAsync(
            "--budget: '5' is no time; expected hours, minutes or seconds, such as 1h30m, 5m or 90s.",
            [.. With("--mode", "auto"), "--budget", "5"]);
    }

    private string[] Good => ["train", "--data", _folder.Path, "--mode", "features", "--backbone", "resnet18", "--weights", "none", "--out",
        _folder.PathOf("model.zip")];

    private string[] With(string option, string value)
    {
        var arguments = Good;
        arguments[Array.IndexOf(arguments, option) + 1] = value;
        return arguments;
    }

    private static async Task RefusedAsync(string complaint, string[] arguments)
    {
        var outcome = await Mlt.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal("", outcome.Output);
        Assert.StartsWith($"mlt train: {complaint}", outcome.Error, StringComparison.Ordinal);
    }
}
