using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Models;

public class ZooCompletenessTests
{
    private const string Script = "import torchvision; print('\\n'.join(n for n in "
        + "torchvision.models.list_models(module=torchvision.models) if 'quantized' not in n))";

    [NeedsTorchvisionFact]
    public void Every_classification_network_of_torchvision_is_in_the_zoo()
    {
        string[] theirs = PyTorch.Run(Script).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(theirs.Order(StringComparer.Ordinal), Zoo.Names.Where(Zoo.IsInTorchvision));
    }
}
