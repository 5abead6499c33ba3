namespace MLTransfer.Imaging.Warping;

/// <summary>A map that keeps lines straight: an affine map divided by G x + H y + 1.</summary>
internal readonly record struct PerspectiveMap(AffineMap Affine, double G, double H) : IPixelMap
{
    public PicturePoint Source(int x, int y)
    {
        PicturePoint place = Affine.Source(x, y);
        double depth = G * (x + 0.5) + H * (y + 0.5) + 1;
        return new PicturePoint(place.X / depth, place.Y / depth);
    }
}
