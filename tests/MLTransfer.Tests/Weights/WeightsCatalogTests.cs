using System.Security.Cryptography;
using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public class WeightsCatalogTests
{
    [Fact]
    public void Every_name_is_there_once() =>
        Assert.Equal(WeightsCatalog.All.Count, WeightsCatalog.All.Select(weights => weights.Name).Distinct().Count());

    [Fact]
    public void Every_backbone_has_one_default() =>
        Assert.All(WeightsCatalog.All.GroupBy(weights => weights.Backbone),
            backbone => Assert.Single(backbone, weights => weights.Default));

    [Fact]
    public void Every_file_is_fetched_over_https_and_its_name_starts_no_other_hash() =>
        Assert.All(WeightsCatalog.All.Where(weights => weights.Url is not null), weights =>
    {
        Assert.Equal("https", weights.Url!.Scheme);
        Assert.Contains($"-{weights.Sha256[..8]}", weights.Remote!.FileName, StringComparison.Ordinal);
        Assert.Equal(Path.GetFileName(weights.Url.AbsolutePath), weights.Remote.FileName);
    });

    [Fact]
    public void Every_weights_are_in_one_place_and_those_in_a_package_are_known_by_their_whole_hash() =>
        Assert.All(WeightsCatalog.All, weights =>
    {
        Assert.Single(new object?[] { weights.Url, weights.Package, weights.Resource }, place => place is not null);
        if (weights.Package is not null)
            Assert.True(Assert.IsType<PackagedWeights>(weights.Remote).HasWholeHash);
    });

    [Fact]
    public void Every_fact_is_within_reason() => Assert.All(WeightsCatalog.All, weights =>
    {
        Assert.InRange(weights.Preprocessing.CropTo, 32, 600);
        Assert.InRange(weights.Preprocessing.ResizeTo, weights.Preprocessing.CropTo, 650);
        Assert.InRange(weights.AboutBytes ?? 1_000_000, 500_000, 3_000_000_000);
        Assert.InRange(weights.Top1 ?? 0.5, 0.5, 0.95);
        Assert.True(weights.Unusable is not null || weights is { Classes: 10 or 1000, Top1: not null } or { Classes: 0, Top1: null });
    });

    [Fact]
    public void What_lies_in_the_library_is_what_the_data_file_says() =>
        Assert.All(WeightsCatalog.All.Where(weights => weights.Resource is not null), weights =>
    {
        Assert.Null(weights.Url);
        using Stream content = typeof(WeightsCatalog).Assembly.GetManifestResourceStream(weights.Resource!)!;
        Assert.Equal(weights.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
    });

    [Fact]
    public void Every_backbone_is_in_the_zoo_takes_images_of_that_size_and_expects_the_same_colors() =>
        Assert.All(WeightsCatalog.All, weights =>
    {
        var backbone = ModelZoo.Find(weights.Backbone);
        backbone.CheckInputSize(weights.Preprocessing.CropTo);
        if (weights.Unusable is null)
            Assert.Equal((backbone.Preprocessing.Mean, backbone.Preprocessing.StandardDeviation),
                (weights.Preprocessing.Mean, weights.Preprocessing.StandardDeviation));
    });

    // Of torchvision 0.14's documentation.
    [Fact]
    public void The_second_version_of_resnet50_has_its_own_preprocessing()
    {
        PublishedWeights weights = WeightsCatalog.Find("resnet50/IMAGENET1K_V2");
        Assert.Equal(Preprocessing.ImageNet with { ResizeTo = 232 }, weights.Preprocessing);
        Assert.Equal(("11ad3fa6", 0.80858, "BSD-3-Clause", true), (weights.Sha256, weights.Top1, weights.Licence, weights.Default));
    }

    [Fact]
    public void Weights_of_SWAG_are_not_for_commerce_and_take_larger_images_bicubically()
    {
        PublishedWeights weights = WeightsCatalog.Find("vit_b_16/IMAGENET1K_SWAG_E2E_V1");
        Assert.Equal("CC-BY-NC-4.0", weights.Licence);
        Assert.Equal(Preprocessing.ImageNet with { ResizeTo = 384, CropTo = 384, Interpolation = Interpolation.Bicubic },
            weights.Preprocessing);
    }

    [Theory]
    [InlineData("resnet50", "resnet50/IMAGENET1K_V2")]
    [InlineData("ResNet50/default", "resnet50/IMAGENET1K_V2")]
    [InlineData("resnet50/imagenet1k_v1", "resnet50/IMAGENET1K_V1")]
    public void A_name_is_found_in_any_letters(string asked, string name) => Assert.Equal(name, WeightsCatalog.Find(asked).Name);

    [Theory]
    [InlineData("resnt50", "Did you mean 'resnet50'?")]
    [InlineData("resnet50/IMAGENET1K_V3", "Weights of resnet50: resnet50/IMAGENET1K_V1, resnet50/IMAGENET1K_V2.")]
    [InlineData("a/b/c", "There are no weights 'a/b/c'.")]
    public void A_name_that_is_none_is_answered_with_what_there_is(string asked, string answer) =>
        Assert.Contains(answer, Assert.Throws<ArgumentException>(() => WeightsCatalog.Find(asked)).Message, StringComparison.Ordinal);

    [NeedsTorchvisionTheory]
    [InlineData("resnet18", "efficientnet_b0", "convnext_tiny", "swin_v2_t", "regnet_y_16gf", "mnasnet1_3")]
    public void The_data_file_says_what_torchvision_says(params string[] backbones)
    {
        string said = PyTorch.Run(
            "import json, sys; from torchvision.models._api import get_model_weights; " +
            "print(json.dumps([[n, w.name, w.url, w.transforms().crop_size[0], w.transforms().resize_size[0], "
            + "w.transforms().interpolation.value, " +
            "round(w.meta['_metrics']['ImageNet-1K']['acc@1'] / 100, 5)] for n in sys.argv[1:] for w in get_model_weights(n)]))",
            backbones);
        foreach (JsonElement row in JsonDocument.Parse(said).RootElement.EnumerateArray())
        {
            PublishedWeights weights = WeightsCatalog.Find($"{row[0].GetString()}/{row[1].GetString()}");
            Assert.Equal(row[2].GetString(), weights.Url!.AbsoluteUri);
            Assert.Equal((row[3].GetInt32(), row[4].GetInt32()), (weights.Preprocessing.CropTo, weights.Preprocessing.ResizeTo));
            Assert.Equal(row[5].GetString(), weights.Preprocessing.Interpolation.ToString(), ignoreCase: true);
            Assert.Equal(row[6].GetDouble(), weights.Top1);
        }
    }
}
