using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class GeometryTests
{
    private static readonly ImageDimensions Size = new(200, 100);

    [Fact]
    public void A_random_affine_map_moves_and_scales_evenly_between_its_limits()
    {
        RandomAffine transform = new(0) { HorizontalTranslation = 0.1, VerticalTranslation = 0.2, Scale = new Interval(0.5, 2) };
        AffineMap[] maps = Drawn(2000, (ref ImageRandom random) => transform.ChooseMap(Size, ref random));
        double[] scales = [.. maps.Select(map => 1 / map.A)];
        // The middle of the result shows the place that was moved there.
        double[] moves = [.. maps.Select((map, i) => Math.Round(scales[i] * (100 - (map * new ImagePoint(100, 50)).X), 6))];

        Assert.All(moves, move => Assert.True(move is >= -20 and <= 20 && move == Math.Round(move), $"{move}"));
        Assert.All(scales, scale => Assert.InRange(scale, 0.5, 2));
        // Five standard errors of the mean of a uniform distribution.
        Assert.InRange(moves.Average(), -1.3, 1.3);
        Assert.InRange(scales.Average(), 1.2, 1.3);
    }

    [Fact]
    public void A_random_rotation_turns_by_angles_between_its_limits()
    {
        Image image = Fixture.Drawn(3, 3, (x, y) => x == 1 && y == 0 ? (255, 255, 255) : (0, 0, 0));
        RandomRotation transform = new(new Interval(70, 110)) { Interpolation = Interpolation.Bilinear };

        // Turned counter-clockwise by 90 degrees, more or less, what was above the middle is at its left.
        Assert.All(Drawn(100, (ref ImageRandom random) => transform.Apply(image, ref random).Pixels), pixels =>
            Assert.Equal(3, pixels.Chunk(3).Select(pixel => (int)pixel[0]).ToList() is var lights ? lights.IndexOf(lights.Max()) : 0));
    }

    [Fact]
    public void Corners_seen_in_perspective_move_inwards_by_up_to_half_of_the_distortion()
    {
        RandomPerspective transform = new() { Distortion = 0.5 };
        ImagePoint[][] all = Drawn(1000, (ref ImageRandom random) =>
        {
            ImagePoint[] corners = new ImagePoint[4];
            transform.ChooseCorners(Size, corners, ref random);
            return corners;
        });

        // torchvision's ranges: 0 … 50 and 149 … 199 for the columns, 0 … 25 and 74 … 99 for the rows.
        Assert.All(all, corners => Assert.True(
            corners[0] is { X: >= 0 and <= 50, Y: >= 0 and <= 25 } && corners[1] is { X: >= 149 and <= 199, Y: >= 0 and <= 25 } &&
            corners[2] is { X: >= 149 and <= 199, Y: >= 74 and <= 99 } && corners[3] is { X: >= 0 and <= 50, Y: >= 74 and <= 99 }));
        Assert.InRange(all.Average(corners => corners[2].X), 171.5, 176.5);
    }

    [Fact]
    public void The_perspective_of_four_corners_brings_them_where_they_shall_be()
    {
        ImagePoint[] corners = [new(0, 0), new(199, 0), new(199, 99), new(0, 99)],
            moved = [new(20, 10), new(150, 3), new(180, 90), new(7, 99)];
        PerspectiveMap map = PerspectiveMap.Between(corners, moved)!.Value;
        for (int i = 0; i < 4; i++)
        {
            ImagePoint seen = map.Affine * moved[i];
            double depth = map.G * moved[i].X + map.H * moved[i].Y + 1;
            Assert.Equal(corners[i].X, seen.X / depth, 1e-3);
            Assert.Equal(corners[i].Y, seen.Y / depth, 1e-3);
        }
        Assert.Null(PerspectiveMap.Between([new(0, 0), new(0, 0), new(0, 9), new(0, 9)], moved));
    }

    [Fact]
    public void What_is_erased_has_the_areas_and_shapes_asked_for_and_lies_in_the_image()
    {
        RandomErasing transform = new() { Scale = new Interval(0.1, 0.2) };
        Region?[] parts = Drawn(2000, (ref ImageRandom random) => transform.ChooseRegion(Size, ref random));

        // A pixel more or less changes the area by up to 5 % and the shape by up to 7 %.
        Assert.All(parts.OfType<Region>(), part => Assert.True(
            new Region(0, 0, 200, 100).Contains(part) && part.Width * part.Height is > 1900 and < 4200
            && (double)part.Height / part.Width is > 0.28 and < 3.53, $"{part}"));
        Assert.InRange(parts.OfType<Region>().Average(part => part.X + part.Width / 2.0), 95, 105);
        Assert.DoesNotContain(null, parts);
    }

    [Fact]
    public void Noise_that_erases_has_the_mean_and_spread_of_photographs()
    {
        using ImageBuffer buffer = new();
        buffer.Set(new Image(200, 100, new byte[200 * 100 * 3]));
        ImageRandom random = new(1, 2, 3);
        new RandomErasing { Noise = true }.Erase(buffer, new Region(0, 0, 200, 100), ref random);
        double[] reds = [.. buffer.Pixels.ToArray().Where((_, i) => i % 3 == 0).Select(red => (double)red)];

        // 0.485 and 0.229 of 255; cutting off at 0 and 255 narrows the distribution a little.
        Assert.InRange(reds.Average(), 122, 126);
        Assert.InRange(Math.Sqrt(reds.Average(red => red * red) - reds.Average() * reds.Average()), 55, 59);
    }

    [Fact]
    public void Blurred_noise_keeps_its_mean_and_has_the_spread_that_a_gaussian_leaves_it()
    {
        float[] noise = new float[200 * 100];
        ImageRandom random = new(1, 2, 3);
        for (int i = 0; i < noise.Length; i++)
            noise[i] = (float)random.Between(-1, 1);
        double mean = noise.Average();
        Gaussian.Blur(noise, Size, 3);

        Assert.InRange(noise.Average(), mean - 0.01, mean + 0.01);
        // Uniform noise has a standard deviation of 1 / √3; a Gaussian in two dimensions divides it by 2 √π σ.
        Assert.InRange(Math.Sqrt(noise.Average(place => place * place)), 0.045, 0.065);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.25, 250)]
    [InlineData(1.0, 1000)]
    public void An_image_is_changed_as_often_as_asked(double probability, int expected)
    {
        Image image = Fixture.Drawn(20, 20, (x, y) => (x * 10 + 9, y * 10 + 9, 99));
        foreach (ImageTransform transform in (ImageTransform[])
            [new RandomErasing { Probability = probability }, new RandomPerspective { Probability = probability, Distortion = 1 },
                new RandomVerticalFlip(probability)])
        {
            int changed = Drawn(1000, (ref ImageRandom random) =>
                !transform.Apply(image, ref random).Pixels.AsSpan().SequenceEqual(image.Pixels)).Count(one => one);
            // Five standard deviations of the binomial distribution are 68; a few perspectives move no corner.
            Assert.InRange(changed, expected - (probability is 0 ? 0 : 69), expected + (probability is 1 ? 0 : 69));
        }
    }

    [Theory]
    [InlineData(PaddingMode.Constant)]
    [InlineData(PaddingMode.Edge)]
    [InlineData(PaddingMode.Reflect)]
    [InlineData(PaddingMode.Symmetric)]
    public void A_random_crop_with_a_border_is_a_border_and_a_random_crop(PaddingMode mode)
    {
        Image image = Fixture.Drawn(20, 15, (x, y) => (x * 9, y * 9, x * y % 256));
        for (int index = 0; index < 50; index++)
        {
            ImageRandom once = new(1, 2, index), twice = once;
            Image bordered = new Pad(4) { Mode = mode, Fill = Color.White }.Apply(image, ref twice);

            Assert.Equal(new RandomCrop(16).Apply(bordered, ref twice).Pixels,
                new RandomCrop(16, 4) { Mode = mode, Fill = Color.White }.Apply(image, ref once).Pixels);
        }
    }

    [Fact]
    public void Crops_of_an_image_that_is_too_small_are_refused()
    {
        ImageRandom random = default;
        Assert.Contains("20 x 15 pixels, too few for crops of 16 x 16", Assert.Throws<ImageException>(
            () => new ViewStack(TestTimeCrops.Five(16), 16).Apply(Fixture.Drawn(20, 15, (_, _) => (0, 0, 0)), ref random)).Message);
    }

    private delegate T Draw<T>(ref ImageRandom random);

    private static T[] Drawn<T>(int count, Draw<T> draw) => [.. Enumerable.Range(0, count).Select(index =>
    {
        ImageRandom random = new(7, 0, index);
        return draw(ref random);
    })];
}
