using MLTransfer.Models.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Packing;

public class TorchScriptTests
{
    private static readonly ScriptMethod Count = new("count", "x: Tensor", "    n = torch.tensor(torch.len(w))\n", "n");

    [Fact]
    public void The_next_script_with_the_same_code_begins_without_the_tensors_of_the_one_before()
    {
        using var scope = NewDisposeScope();
        for (int round = 0; round < 2; round++)
        {
            using var script = new TorchScript(Count);
            using var beside = new TorchScript(Count);
            Assert.Equal(0, script.Run("count", zeros(1)).item<long>());
            script.Append(zeros(3));
            script.Append(zeros(2));
            Assert.Equal(2, script.Run("count", zeros(1)).item<long>());
            Assert.Equal(0, beside.Run("count", zeros(1)).item<long>());
        }
    }

    [Fact]
    public void A_disposed_script_is_not_run()
    {
        var script = new TorchScript(Count);
        script.Dispose();
        script.Dispose();
        using Tensor argument = zeros(1);
        Assert.Throws<ObjectDisposedException>(() => script.Run("count", argument));
    }
}
