using System.CommandLine;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights pack': makes a NuGet package from a weights file.</summary>
internal sealed class WeightsPackCommand : MltCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A .pth, .pt, .th, .safetensors or .onnx file." };
    private readonly Option<string> _id = CliOption.Required("--id", "ID", "Name of the package, such as My.Weights.");
    private readonly Option<string> _version = CliOption.Required("--version", "VERSION", "Version of the package, such as 1.0.0.");
    private readonly Option<string?> _folder = CliOption.Text("--out", "DIR", "Folder for the package. [default: the current one]");
    private readonly Option<string?> _license =
        CliOption.Text("--license", "SPDX", "License of the weights, such as MIT. [default: none is stated]");
    private readonly Option<string?> _authors = CliOption.Text("--authors", "NAMES", "Who made them. [default: the name of the package]");
    private readonly Option<string?> _description =
        CliOption.Text("--description", "TEXT", "What they are. [default: the backbone and its number of tensors]");
    private readonly Option<bool> _force = CliOption.Flag("--force", "Replace the package if it exists.");

    internal WeightsPackCommand(CommandContext context)
        : base("pack", "Makes a NuGet package from a weights file, for a feed of your own, and shows how to train with it.", context,
            "mlt weights pack resnet18.safetensors --id My.Weights --version 1.0.0 --license MIT --out packages",
            "mlt weights pack best.pth --id My.Weights --version 1.1.0-beta --description \"ResNet-18 trained on our parts\" --json") =>
        Accepts(_file, _id, _version, _folder, _license, _authors, _description, _force);

    internal override string Remarks =>
        """
        Publish it with 'dotnet nuget push PACKAGE --source SOURCE'; a folder is a source, too.

        JSON: { package, bytes, id, version, path, weights, backbone?, catalog? }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var file = Paths.ExistingFile("FILE", parseResult.GetRequiredValue(_file));
        var inspection = Inspection.Read(file);
        var package = Describe(parseResult, file, inspection);
        if (package.Complaint() is { } complaint)
            throw new UsageException(complaint);
        var target = Path.Combine(Paths.NewFolder("--out", parseResult.GetValue(_folder) ?? "."), package.FileName);
        if (File.Exists(target) && !parseResult.GetValue(_force))
            throw new UsageException($"'{target}' exists; use --force to replace it, or another --version.");
        var weights = package.Write(OutputFile.Checked("--out", target).Path);
        var result = PackedWeights.From(package, target, weights, inspection.Detected);
        Render(parseResult, result, () => result.Show(Context));
        return Task.FromResult(ExitCode.Done);
    }

    private WeightsPackage Describe(ParseResult parseResult, string file, Inspection inspection)
    {
        var id = parseResult.GetRequiredValue(_id);
        var tensors = Figures.Counted(inspection.Summary.Tensors.Count, "tensor", "tensors");
        return new()
        {
            File = file,
            Id = id,
            Version = parseResult.GetRequiredValue(_version),
            License = parseResult.GetValue(_license),
            Authors = parseResult.GetValue(_authors) ?? id,
            Description = parseResult.GetValue(_description)
                ?? (inspection.Detected is { } found ? $"Weights of {found.Backbone.Name}, {tensors}." : $"Weights, {tensors}."),
        };
    }
}

/// <summary>A package of weights; the JSON of 'mlt weights pack', and its text.</summary>
internal sealed record PackedWeights(
    string Package,
    long Bytes,
    string Id,
    string Version,
    string Path,
    string Weights,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Backbone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Catalog)
{
    internal static PackedWeights From(WeightsPackage package, string target, string weights, BackboneDetector? detected)
    {
        var parsed = PackagedWeights.Parse(weights);
        return new(
            target, new FileInfo(target).Length, package.Id, parsed.Package.Version.ToNormalizedString(), package.Path, weights,
            detected?.Backbone.Name, detected is null ? null : WeightsCatalog.LineFor(new()
            {
                Backbone = detected.Backbone.Name,
                Version = parsed.Package.Version.ToNormalizedString(),
                Package = parsed.Address,
                Sha256 = parsed.Sha256!,
                AboutBytes = new FileInfo(package.File).Length,
                Classes = detected.Classes ?? 0,
                Preprocessing = detected.Backbone.Preprocessing,
                Licence = package.License ?? "unknown",
                Recipe = new($"nuget:{package.Id}/{parsed.Package.Version}"),
            }));
    }

    internal void Show(CommandContext context)
    {
        context.Output.WriteLine($"{Package}: {Path}, {Figures.Bytes(Bytes)}");
        context.Output.WriteLine($"publish: dotnet nuget push {ShellWord.Quote(Package)} --source SOURCE");
        context.Output.WriteLine($"train:   {context.Command} train --backbone {Backbone ?? "NAME"} --weights {ShellWord.Quote(Weights)}");
        if (Catalog is not null)
            context.Output.WriteLine($"catalog: {Catalog}");
    }
}
