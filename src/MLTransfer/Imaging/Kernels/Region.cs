namespace MLTransfer.Imaging.Kernels;

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct Region(int X, int Y, int Width, int Height)
{
    internal bool Contains(Region other) =>
        other.X >= X && other.Y >= Y && other.X + other.Width <= X + Width && other.Y + other.Height <= Y + Height;
}
