using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>What kind of model a file holds, in which version, and by which name its class is loaded.</summary>
internal readonly struct VersionInfo
{
    public readonly ulong ModelSignature;
    public readonly uint VerWrittenCur;
    public readonly uint VerReadableCur;
    public readonly uint VerWeCanReadBack;
    public readonly string LoaderAssemblyName;
    public readonly string LoaderSignature;

    public VersionInfo(
        string modelSignature,
        uint verWrittenCur,
        uint verReadableCur,
        uint verWeCanReadBack,
        string loaderAssemblyName,
        string loaderSignature = null,
        string loaderSignatureAlt = null)
    {
        Contracts.Check(modelSignature?.Length == 8, "Model signature must be eight characters");
        Contracts.Check(loaderSignatureAlt is null, "The stand-in for ML.NET knows no second loader signature.");
        ModelSignature = 0;
        for (int index = 0; index < modelSignature.Length; index++)
            ModelSignature |= (modelSignature[index] == ' ' ? 0UL : modelSignature[index]) << (index * 8);
        VerWrittenCur = verWrittenCur;
        VerReadableCur = verReadableCur;
        VerWeCanReadBack = verWeCanReadBack;
        LoaderAssemblyName = loaderAssemblyName;
        LoaderSignature = loaderSignature;
    }
}
