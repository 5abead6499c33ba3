namespace Microsoft.ML;

/// <summary>Something that writes itself into a model file.</summary>
public interface ICanSaveModel
{
    void Save(ModelSaveContext ctx);
}
