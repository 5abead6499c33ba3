namespace MLTransfer.Graphs;

/// <summary>Joins steps whose kernels can compute both at once, such as a convolution, its bias and its activation.</summary>
internal static class JoinedSteps
{
    /// <param name="steps">The steps in their order; the kernels of joined ones are disposed.</param>
    /// <param name="fetched">Slots that must be filled.</param>
    /// <param name="initial">The constants by slot.</param>
    public static List<GraphStep> Of(IReadOnlyList<GraphStep> steps, IEnumerable<int> fetched, IReadOnlyList<GraphValue> initial)
    {
        var users = new int[initial.Count];
        foreach (int slot in steps.SelectMany(step => step.Inputs.Concat(step.Controls)).Concat(fetched).Where(slot => slot >= 0))
            users[slot]++;
        var joined = new List<GraphStep?>(steps.Count);
        var producers = new Dictionary<int, int>();
        foreach (GraphStep step in steps)
        {
            GraphStep kept = step;
            int[] variable = [.. step.Inputs.Where(slot => slot >= 0 && initial[slot].IsAbsent)];
            if (variable.Length == 1 && users[variable[0]] == 1 && producers.TryGetValue(variable[0], out int before)
                && Join(joined[before]!, step, users) is { } both)
            {
                joined[before] = null;
                kept = both;
            }
            foreach (int slot in kept.Outputs.Where(slot => slot >= 0)) producers[slot] = joined.Count;
            joined.Add(kept);
        }
        return [.. joined.OfType<GraphStep>()];
    }

    private static GraphStep? Join(GraphStep first, GraphStep next, int[] users)
    {
        bool onlyFirstOutput = first.Outputs.Skip(1).All(slot => slot < 0 || users[slot] == 0);
        if (!onlyFirstOutput || first.Controls.Length > 0 || next.Controls.Length > 0) return null;
        if (first.Kernel.Join(next.Kernel) is not { } kernel) return null;
        first.Kernel.Dispose();
        next.Kernel.Dispose();
        return new GraphStep(next.Node, kernel, first.Inputs, next.Outputs);
    }
}
