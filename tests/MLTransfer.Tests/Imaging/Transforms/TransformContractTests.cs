using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>What holds for every transform, whatever it does; each has an example in <see cref="TransformExamples"/>.</summary>
public class TransformContractTests
{
    public static TheoryData<string> Examples => [.. TransformExamples.All.Keys];

    // Made from the word of a test-time augmentation, which files hold in their place.
    private static readonly Type[] NeverInFiles = [typeof(CornerCrop), typeof(ViewStack)];

    [Fact]
    public void Every_transform_has_a_name_in_files_and_an_example()
    {
        Type[] all = [.. typeof(ImageTransform).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ImageTransform)) && !type.IsAbstract).Except(NeverInFiles)];
        Assert.Empty(all.Except(TransformJson.Kinds.Values));
        Assert.Empty(all.Except(TransformExamples.All.Values.Select(transform => transform.GetType())));
    }

    [Theory, MemberData(nameof(Examples))]
    public void A_transform_comes_back_from_a_file_as_it_was(string example)
    {
        ImageTransform transform = TransformExamples.All[example];
        string json = TransformJson.Write([transform]);

        Assert.Equal(json, TransformJson.Write(TransformJson.Read(json)));
        Assert.Equal(Results(transform), Results(Assert.Single(TransformJson.Read(json))));
    }

    [Theory, MemberData(nameof(Examples))]
    public void A_transform_depends_on_nothing_but_the_image_and_its_chance(string example) =>
        Assert.Equal(Results(TransformExamples.All[example]), Results(TransformExamples.All[example]));

    [Theory, MemberData(nameof(Examples))]
    public void A_transform_leaves_its_image_as_it_is(string example)
    {
        Image image = Photograph();
        byte[] before = [.. image.Pixels];
        ImageRandom random = new(1, 2, 3);
        TransformExamples.All[example].Apply(image, ref random);

        Assert.Equal(before, image.Pixels);
    }

    [Theory, MemberData(nameof(Examples))]
    public void A_transform_keeps_its_promise_of_a_size(string example)
    {
        ImageTransform transform = TransformExamples.All[example];
        foreach (Image image in (Image[])[Photograph(), Fixture.Drawn(1, 1, (_, _) => (1, 2, 3)),
            Fixture.Drawn(3, 40, (x, y) => (x, y, 9))])
        {
            ImageRandom random = new(1, 2, 3);
            Image result = transform.Apply(image, ref random);
            ImageDimensions size = new(result.Width, result.Height);
            // Nobody knows how large an image that is shown whole becomes before its angle is known.
            if (transform is not RandomRotation { Expand: true })
                Assert.Equal(size, transform.SizeAfter(new ImageDimensions(image.Width, image.Height)));
            Assert.True(transform.SizeAfter(null) is not { } always || always == size);
        }
    }

    private static byte[][] Results(ImageTransform transform) => [.. Enumerable.Range(0, 5).Select(index =>
    {
        ImageRandom random = new(4, 5, index);
        return transform.Apply(Photograph(), ref random).Pixels;
    })];

    private static Image Photograph() => Fixture.Drawn(61, 47, (x, y) => (x * 4, y * 5, x * y % 256));
}
