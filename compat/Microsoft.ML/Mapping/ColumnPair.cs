using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The name of an output column and of the input column it is made from.</summary>
internal sealed record ColumnPair(string Output, string Input)
{
    public static DataViewSchema.Column Find(DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) ?? throw Contracts.ExceptSchemaMismatch("inputSchema", "input", name);

    public static SchemaShape.Column Find(SchemaShape shape, string name) =>
        Contracts.CheckValue(shape, "inputSchema").TryFindColumn(name, out SchemaShape.Column column)
            ? column
            : throw Contracts.ExceptSchemaMismatch("inputSchema", "input", name);

    public static void Write(BinaryWriter writer, IReadOnlyList<ColumnPair> pairs)
    {
        writer.Write(pairs.Count);
        foreach (ColumnPair pair in pairs)
        {
            writer.Write(pair.Output);
            writer.Write(pair.Input);
        }
    }

    public static ColumnPair[] Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        Contracts.CheckDecode(count >= 0, "Corrupt model file");
        var pairs = new List<ColumnPair>();
        for (int index = 0; index < count; index++)
            pairs.Add(new ColumnPair(reader.ReadString(), reader.ReadString()));
        return [.. pairs];
    }
}
