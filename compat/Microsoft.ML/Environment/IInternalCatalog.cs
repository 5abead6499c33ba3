using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Gives components the environment of the catalog they are made from.</summary>
internal interface IInternalCatalog
{
    IHostEnvironment Environment { get; }
}

internal static class CatalogUtils
{
    public static IHostEnvironment GetEnvironment(this IInternalCatalog catalog) => Contracts.CheckValue(catalog, nameof(catalog)).Environment;
}
