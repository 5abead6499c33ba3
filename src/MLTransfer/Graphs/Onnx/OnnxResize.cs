using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>
/// Resizing (https://onnx.ai/onnx/operators/onnx__Resize.html): along each axis by a matrix, whose rows say how much of each element goes
/// into a new one.
/// </summary>
internal static class OnnxResize
{
    private const int FirstWithTransformation = 11;

    public static void AddTo(OperationSet operations) => operations
        .Add("Resize", (node, _) => Resize(node))
        .Add("Upsample", (node, _) => Resize(node));

    private static FunctionKernel Resize(GraphNode node)
    {
        bool isOlder = OnnxOperations.VersionOf(node) < FirstWithTransformation || node.Operation == "Upsample";
        OperationSet.RequireInputs(node, 1, 4);
        var rule = new Rule(
            node.Attribute("mode", "nearest"),
            isOlder ? "asymmetric" : node.Attribute("coordinate_transformation_mode", "half_pixel"),
            isOlder ? "floor" : node.Attribute("nearest_mode", "round_prefer_floor"),
            node.Attribute("cubic_coeff_a", -0.75),
            node.Attribute("antialias", 0L) != 0,
            node.Attribute("exclude_outside", 0L) != 0);
        rule.Check();
        return new FunctionKernel(inputs =>
        {
            Tensor x = inputs[0].Tensor;
            int[] axes = node.Attributes.ContainsKey("axes")
                ? [.. node.Attribute<long[]>("axes").Select(axis => Shapes.Axis(axis, x.dim()))] : [.. Enumerable.Range(0, (int)x.dim())];
            (double Scale, long Size)[] targets = Targets(node, inputs, [.. axes.Select(axis => x.shape[axis])], isOlder);
            ScalarType type = x.dtype;
            for (int entry = 0; entry < axes.Length; entry++)
                x = Along(x, axes[entry], targets[entry], rule);
            return [x.dtype == type ? x : type is ScalarType.Float16 or ScalarType.Float64 ? x.to(type) : x.round().to(type)];
        });
    }

    private static (double Scale, long Size)[] Targets(GraphNode node, GraphValue[] inputs, long[] before, bool isOlder)
    {
        int at = isOlder ? 1 : 2;
        if (OnnxOperations.Optional(inputs, 3) is { IsTensor: true } asked && asked.Tensor.numel() > 0)
        {
            long[] sizes = asked.ToIntegers();
            if (sizes.Length != before.Length || before.Contains(0))
                throw new KernelException($"It resizes {inputs[0]} to {Shapes.Text(sizes)}.");
            double[] ratios = [.. sizes.Zip(before, (size, old) => (double)size / old)];
            double? common = node.Attribute("keep_aspect_ratio_policy", "stretch") switch
            {
                "not_larger" => ratios.Min(),
                "not_smaller" => ratios.Max(),
                _ => null,
            };
            return [.. before.Select((old, index) =>
                common is { } ratio ? (ratio, Checked(Math.Floor((ratio * old) + 0.5))) : (ratios[index], sizes[index]))];
        }
        float[] scales = OnnxOperations.Optional(inputs, at) is { IsTensor: true } given && given.Tensor.dtype == ScalarType.Float32
            ? [.. given.Tensor.cpu().data<float>()]
            : [.. node.Attribute("scales", Array.Empty<double>()).Select(scale => (float)scale)];
        if (scales.Length != before.Length || scales.Any(scale => scale is not (> 0 and < float.MaxValue)))
            throw new KernelException($"It resizes {inputs[0]} by {scales.Length} scales; a positive one for each axis is expected.");
        return [.. before.Select((old, index) => ((double)scales[index], Checked(Math.Floor((float)old * scales[index]))))];
    }

    private static long Checked(double size) => size is >= 1 and <= Shapes.MaximumElements
        ? (long)size : throw new KernelException($"It would resize an axis to {size} elements.");

    private static Tensor Along(Tensor x, int axis, (double Scale, long Size) target, Rule rule)
    {
        long old = x.shape[axis];
        if (target.Size == old && target.Scale == 1) return x;
        if (old == 0 || target.Size < 1)
            throw new KernelException($"Axis {axis} of {Shapes.Text(x.shape)} cannot be resized to {target.Size}.");
        Shapes.Elements([.. x.shape.Select((size, at) => at == axis ? target.Size : size)]);
        Shapes.Elements(target.Size, old);
        if (rule.Mode == "nearest")
        {
            long[] places = [.. Enumerable.Range(0, (int)target.Size).Select(to => rule.Nearest(to, old, target))];
            return x.index_select(axis, tensor(places).to(x.device));
        }
        float[] weights = rule.Weights(old, target);
        Tensor matrix = tensor(weights).view(target.Size, old).to(x.device);
        return x.to(ScalarType.Float32).transpose(axis, -1).matmul(matrix.t()).transpose(axis, -1);
    }

    /// <summary>How elements are chosen and weighted.</summary>
    private sealed record Rule(
        string Mode, string Coordinates, string Rounding, double CubicCoefficient, bool Antialias, bool ExcludeOutside)
    {
        public void Check()
        {
            if (Mode is not ("nearest" or "linear" or "cubic"))
                throw new KernelException($"Its mode is '{Mode}'; nearest, linear and cubic are possible.");
            if (Coordinates is not ("half_pixel" or "pytorch_half_pixel" or "align_corners" or "asymmetric" or "half_pixel_symmetric"))
                throw new KernelException($"Its coordinate_transformation_mode is '{Coordinates}', which is not known.");
            if (Rounding is not ("floor" or "ceil" or "round_prefer_floor" or "round_prefer_ceil"))
                throw new KernelException($"Its nearest_mode is '{Rounding}', which is not known.");
        }

        public long Nearest(long to, long old, (double Scale, long Size) target)
        {
            double at = Coordinate(to, old, target);
            double place = Rounding switch
            {
                "floor" => Math.Floor(at),
                "ceil" => Math.Ceiling(at),
                "round_prefer_ceil" => Math.Floor(at + 0.5),
                _ => Math.Ceiling(at - 0.5),
            };
            return (long)Math.Clamp(place, 0, old - 1);
        }

        /// <summary>A row for each new element, with a weight for each old one.</summary>
        public float[] Weights(long old, (double Scale, long Size) target)
        {
            var weights = new float[target.Size * old];
            bool isWider = Antialias && target.Scale < 1;
            double stretch = isWider ? target.Scale : 1, reach = (Mode == "linear" ? 1 : 2) / stretch;
            for (long to = 0; to < target.Size; to++)
            {
                double at = Coordinate(to, old, target);
                if (Mode == "linear" && !isWider) at = Math.Clamp(at, 0, old - 1);
                long first = (long)Math.Ceiling(at - reach), last = (long)Math.Floor(at + reach);
                double sum = 0;
                for (long from = first; from <= last; from++)
                {
                    if (!ExcludeOutside || (from >= 0 && from < old)) sum += Weight((from - at) * stretch);
                }
                for (long from = first; from <= last; from++)
                {
                    if (ExcludeOutside && (from < 0 || from >= old)) continue;
                    weights[(to * old) + Math.Clamp(from, 0, old - 1)] += (float)(Weight((from - at) * stretch) / sum);
                }
            }
            return weights;
        }

        private double Coordinate(long to, long old, (double Scale, long Size) target) => Coordinates switch
        {
            "align_corners" => target.Size == 1 ? 0 : (double)to * (old - 1) / (target.Size - 1),
            "asymmetric" => to / target.Scale,
            "pytorch_half_pixel" => target.Size > 1 ? ((to + 0.5) / target.Scale) - 0.5 : 0,
            // The size may have been rounded; the image stays centered.
            "half_pixel_symmetric" => (old / 2.0 * (1 - (target.Size / (target.Scale * old)))) + ((to + 0.5) / target.Scale) - 0.5,
            _ => ((to + 0.5) / target.Scale) - 0.5,
        };

        private double Weight(double distance)
        {
            double x = Math.Abs(distance), a = CubicCoefficient;
            if (Mode == "linear") return Math.Max(0, 1 - x);
            return x <= 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
                : x < 2 ? (((((x - 5) * x) + 8) * x) - 4) * a
                : 0;
        }
    }
}
