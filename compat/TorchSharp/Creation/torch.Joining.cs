using TorchSharp.Interop;
using static TorchSharp.Interop.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat(tensors.ToArray(), dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0)
    {
        var result = mlt_cat(Handles.Of(tensors), tensors.Length, dim);
        GC.KeepAlive(tensors);
        return result;
    }

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        var list = tensors.ToArray();
        var result = mlt_stack(Handles.Of(list), list.Length, dim);
        GC.KeepAlive(list);
        return result;
    }

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => mlt_where(condition, x, y);
}
