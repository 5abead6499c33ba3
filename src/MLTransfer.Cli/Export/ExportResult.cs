using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;
using Onnx;

namespace MLTransfer.Cli.Export;

/// <summary>What 'mlt export' wrote: its JSON, and its text.</summary>
internal sealed record ExportResult(
    string File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DataFile,
    long Bytes,
    string Backbone,
    IReadOnlyList<string> Classes,
    string Preprocessing,
    string Precision,
    int Opset,
    ExportedValue Input,
    ExportedValue Output)
{
    private const int ShownClasses = 5;

    internal static ExportResult From(
        ImageClassificationTransformer model, ModelProto exported, OnnxExportOptions options, IReadOnlyList<string> files) => new(
        files[^1], files.Count > 1 ? files[0] : null, files.Sum(file => new FileInfo(file).Length), model.Backbone, model.Labels,
        CliOption.NameOf(options.Preprocessing), CliOption.NameOf(options.Precision), options.Opset,
        ExportedValue.From(exported.Graph.Input.Single()), ExportedValue.From(exported.Graph.Output.Single()));

    internal IEnumerable<string> Describe()
    {
        yield return $"{File}: {Backbone}, {Figures.Counted(Classes.Count, "class", "classes")}, {Precision}, opset {Opset}, "
            + Figures.Bytes(Bytes);
        if (DataFile is not null)
            yield return $"weights {DataFile}; keep it beside the model";
        yield return $"input   {Input.Describe()}: {Meaning}";
        yield return $"output  {Output.Describe()}: {Printable.FirstOf(Classes, ShownClasses)}";
    }

    private string Meaning => Preprocessing switch
    {
        "full" => "images of any one size, red, green, blue",
        "none" => "normalized images; the metadata 'preprocessing' says how",
        _ => "images of the network's size, red, green, blue",
    };
}

/// <summary>An input or output of an ONNX file.</summary>
internal sealed record ExportedValue(string Name, string Type, IReadOnlyList<object> Shape)
{
    internal static ExportedValue From(ValueInfoProto value) => new(
        value.Name,
        (TensorProto.Types.DataType)value.Type.TensorType.ElemType == TensorProto.Types.DataType.Uint8 ? "uint8" : "float32",
        [.. value.Type.TensorType.Shape.Dim.Select(length => length.DimParam.Length > 0 ? (object)length.DimParam : length.DimValue)]);

    internal string Describe() => $"{Name}, {Type} ({string.Join(", ", Shape)})";
}
