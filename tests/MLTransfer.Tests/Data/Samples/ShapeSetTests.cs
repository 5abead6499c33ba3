using MLTransfer.Data.Samples;

namespace MLTransfer.Tests.Data.Samples;

public class ShapeSetTests
{
    private static readonly ShapeSet Set = new(SceneClass.All, ImagesPerClass: 2, Seed: 1);

    [Fact]
    public void The_same_seed_class_and_number_give_the_same_image() => Assert.Equal(Set.Pixels(1, 0), Set.Pixels(1, 0));

    [Fact]
    public void Another_number_class_or_seed_gives_another_image()
    {
        Assert.NotEqual(Set.Pixels(1, 0), Set.Pixels(1, 1));
        Assert.NotEqual(Set.Pixels(1, 0), Set.Pixels(2, 0));
        Assert.NotEqual(Set.Pixels(1, 0), (Set with { Seed = 2 }).Pixels(1, 0));
    }

    [Fact]
    public void An_image_is_opaque_and_has_four_bytes_a_pixel()
    {
        var pixels = Set.Pixels(0, 0);
        Assert.Equal(ShapeSet.Side * ShapeSet.Side * 4, pixels.Length);
        Assert.All(pixels.Chunk(4), pixel => Assert.Equal(byte.MaxValue, pixel[3]));
    }

    [Fact]
    public void Every_shape_covers_its_middle_but_the_ring_and_none_covers_the_corner()
    {
        Shape[] shapes = [Shape.Disc, Shape.Square, Shape.Triangle, Shape.Cross, Shape.Star, Shape.Heart];
        Assert.All(shapes, shape => Assert.True(shape.Distance(0, 0) < 0, shape.Name));
        Assert.True(Shape.Ring.Distance(0, 0) > 0);
        Assert.All(shapes.Append(Shape.Ring), shape => Assert.True(shape.Distance(1.2, 1.2) > 0, shape.Name));
    }
}
