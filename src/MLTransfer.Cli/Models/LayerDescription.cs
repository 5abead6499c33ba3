using System.Text.Json.Serialization;

namespace MLTransfer.Cli.Models;

/// <summary>One group of layers: what 'mlt train --train-from' can name.</summary>
internal sealed record LayerDescription(
    string Name, long Parameters, IReadOnlyList<long> Output, bool Frozen, IReadOnlyList<ModuleDescription> Modules);

/// <summary>One module without modules of its own, in the order in which an image passes them.</summary>
/// <param name="Name">Its name in the state_dict.</param>
/// <param name="Type">Its kind: Conv2d, BatchNorm2d.</param>
/// <param name="Output">The shape of what it gives for one image; null where it has parameters but no image passes it.</param>
/// <param name="Parameters">How many numbers of it are trained.</param>
internal sealed record ModuleDescription(
    string Name, string Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Output,
    long Parameters);
