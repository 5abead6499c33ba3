using Microsoft.ML.Data;

namespace Packages.Tests.MicrosoftML;

/// <summary>A row with one column of each kind these tests read.</summary>
internal sealed class Flower
{
    public string Name { get; set; } = "";

    public float Height { get; set; }

    [VectorType(2)]
    public float[] Petal { get; set; } = [0, 0];

    [ColumnName("Colour")]
    public string Paint { get; set; } = "";

    [NoColumn]
    public object? Note { get; set; }

    public static Flower[] Three() =>
    [
        new() { Name = "rose", Height = 1.5f, Petal = [1, 2], Paint = "red" },
        new() { Name = "lily", Height = 2.5f, Petal = [3, 4], Paint = "white" },
        new() { Name = "rose", Height = 0.5f, Petal = [5, 6], Paint = "pink" },
    ];
}
