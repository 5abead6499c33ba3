using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

[Collection(LoneTests.Name)]
public sealed class TrainingTests
{
    private const int Steps = 20;

    // In float32 two builds of libtorch round differently, in float64 only a different formula can be seen.
    [PyTorchTheory]
    [InlineData("sgd", "float32", 1e-5)]
    [InlineData("adam", "float32", 1e-5)]
    [InlineData("sgd", "float64", 1e-12)]
    [InlineData("nesterov", "float64", 1e-12)]
    [InlineData("adam", "float64", 1e-12)]
    [InlineData("adamw", "float64", 1e-12)]
    public void Twenty_steps_have_the_losses_of_PyTorch(string optimizer, string type, double tolerance)
    {
        var folder = Directory.CreateTempSubdirectory("mltransfer-training-");
        try
        {
            manual_seed(7);
            var dtype = type == "float64" ? float64 : float32;
            using var scope = NewDisposeScope();
            using var model = new SmallNetwork(classes: 5).to(dtype);
            var pictures = randn(16, 3, 16, 16, dtype);
            var labels = randint(5, new long[] { 16 });
            foreach (var (name, tensor) in model.state_dict())
                File.WriteAllBytes(Path.Combine(folder.FullName, name), tensor.bytes.ToArray());
            File.WriteAllBytes(Path.Combine(folder.FullName, "pictures"), pictures.bytes.ToArray());
            File.WriteAllBytes(Path.Combine(folder.FullName, "labels"), labels.bytes.ToArray());

            var expected = PyTorch(folder.FullName, optimizer, type);
            var actual = Train(model, Create(optimizer, model), pictures, labels);

            Assert.Equal(Steps, expected.Count);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_thousand_steps_leave_as_many_tensors_as_before()
    {
        using var model = new SmallNetwork(classes: 5);
        using var optimizer = optim.Adam(model.parameters());
        using var pictures = rand(2, 3, 8, 8);
        using var labels = tensor(new long[] { 0, 1 });
        Step(model, optimizer, pictures, labels);
        // What other tests left to the finalizers must not end while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++)
            Step(model, optimizer, pictures, labels);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void An_optimizer_goes_on_from_its_saved_state(string name)
    {
        var file = Path.GetTempFileName();
        try
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            using var model = new SmallNetwork(classes: 5);
            using var other = new SmallNetwork(classes: 5);
            var (pictures, labels) = (rand(4, 3, 8, 8), tensor(new long[] { 0, 1, 2, 3 }));
            using var optimizer = Create(name, model);
            Step(model, optimizer, pictures, labels);
            Step(model, optimizer, pictures, labels);
            optimizer.save_state_dict(file);
            other.load_state_dict(model.state_dict());
            using var restored = Create(name, other);
            restored.load_state_dict(file);
            Assert.Equal(Step(model, optimizer, pictures, labels), Step(other, restored, pictures, labels));
            Assert.Equal(Step(model, optimizer, pictures, labels), Step(other, restored, pictures, labels));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Frozen_parameters_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var model = new SmallNetwork(classes: 5);
        var frozen = model.named_parameters().Where(named => named.name.StartsWith("features", StringComparison.Ordinal)).ToList();
        frozen.ForEach(named => named.parameter.requires_grad = false);
        var before = frozen.Select(named => named.parameter.clone()).ToList();
        var head = model.get_parameter("classifier.weight")!;
        var headBefore = head.clone();
        using var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.1);
        Step(model, optimizer, rand(4, 3, 8, 8), tensor(new long[] { 0, 1, 2, 3 }));
        Assert.All(frozen.Zip(before), pair => Assert.True(pair.First.parameter.Equals(pair.Second)));
        Assert.False(head.Equals(headBefore));
    }

    private static double Step(SmallNetwork model, optim.Optimizer optimizer, Tensor pictures, Tensor labels)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = nn.functional.cross_entropy(model.call(pictures), labels, label_smoothing: 0.1);
        loss.backward();
        optimizer.step();
        return loss.ToDouble();
    }

    private static List<double> Train(SmallNetwork model, optim.Optimizer optimizer, Tensor pictures, Tensor labels)
    {
        using (optimizer)
        {
            var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: 15);
            var losses = new List<double>();
            for (var step = 0; step < Steps; step++)
            {
                losses.Add(Step(model, optimizer, pictures, labels));
                schedule.step();
            }
            return losses;
        }
    }

    private static OptimizerHelper Create(string name, SmallNetwork model) => name switch
    {
        "sgd" => optim.SGD(model.parameters(), 0.05, momentum: 0.9, weight_decay: 5e-4),
        "nesterov" => optim.SGD(model.parameters(), 0.05, momentum: 0.9, nesterov: true),
        "adam" => optim.Adam(model.parameters(), 1e-3, weight_decay: 1e-4),
        _ => optim.AdamW(model.parameters(), 1e-3, weight_decay: 0.05),
    };

    private static List<double> PyTorch(string folder, string optimizer, string type)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "TorchSharp", "reference_training.py");
        var start = new ProcessStartInfo(PyTorchTheoryAttribute.Python, [script, folder, optimizer, type, $"{Steps}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return [.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }
}
