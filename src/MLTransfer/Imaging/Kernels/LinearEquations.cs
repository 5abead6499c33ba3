namespace MLTransfer.Imaging.Kernels;

/// <summary>Solves a few linear equations by elimination, the largest number of each column first.</summary>
internal static class LinearEquations
{
    private const double Nothing = 1e-9;

    /// <summary>Numbers in as many equations as there are unknowns: a row for each, with what it equals at its end.</summary>
    internal static int Length(int unknowns) => unknowns * (unknowns + 1);

    /// <returns>Whether there is one solution.</returns>
    internal static bool Solve(Span<double> equations, Span<double> solution)
    {
        int count = solution.Length, width = count + 1;
        for (int column = 0; column < count; column++)
        {
            Raise(equations, column, width);
            double pivot = equations[column * width + column];
            if (!(Math.Abs(pivot) > Nothing))
                return false;
            for (int row = column + 1; row < count; row++)
                Subtract(equations.Slice(column * width, width), equations.Slice(row * width, width), column);
        }
        for (int row = count - 1; row >= 0; row--)
        {
            double rest = equations[row * width + count];
            for (int known = row + 1; known < count; known++)
                rest -= equations[row * width + known] * solution[known];
            solution[row] = rest / equations[row * width + row];
        }
        return true;
    }

    private static void Raise(Span<double> equations, int column, int width)
    {
        int largest = column;
        for (int row = column + 1; row < width - 1; row++)
            largest = Math.Abs(equations[row * width + column]) > Math.Abs(equations[largest * width + column]) ? row : largest;
        for (int i = 0; i < width; i++)
            (equations[column * width + i], equations[largest * width + i]) =
                (equations[largest * width + i], equations[column * width + i]);
    }

    private static void Subtract(ReadOnlySpan<double> upper, Span<double> lower, int column)
    {
        double times = lower[column] / upper[column];
        for (int i = column; i < lower.Length; i++)
            lower[i] -= times * upper[i];
    }
}
