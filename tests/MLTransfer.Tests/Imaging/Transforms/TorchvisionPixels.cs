using System.Text.Json;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>What torchvision makes of some images in every case, by one Python process.</summary>
public sealed class TorchvisionPixels : IDisposable
{
    // An expression sees the image as 'image'; a tensor it gives is read as (color, row, column), several images as one above the other.
    private const string Script = """
        import json, math, os, sys, time, types, warnings
        # torch.linspace rounds by the width of the processor's vectors: ours does as with AVX2.
        os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
        warnings.filterwarnings("ignore")
        import numpy as np, PIL, torch, torchvision
        import torchvision.transforms as T, torchvision.transforms.functional as F, torchvision.transforms.functional_pil as FP
        import torchvision.transforms.autoaugment as A
        from PIL import Image, ImageEnhance, ImageFilter, ImageOps
        from torchvision.transforms import InterpolationMode as I
        torch.set_num_threads(1)
        folder, rounds = sys.argv[1], int(sys.argv[2])
        request = json.load(open(os.path.join(folder, "request.json")))
        def corners(image):
            return [[0, 0], [image.width - 1, 0], [image.width - 1, image.height - 1], [0, image.height - 1]]
        # The last digits of single precision depend on the BLAS and the processor; double precision, rounded, is the same everywhere.
        lstsq = torch.linalg.lstsq
        def rounded(a, b, driver):
            return types.SimpleNamespace(solution=lstsq(a.double(), b.double(), driver=driver).solution.float())
        torch.linalg.lstsq = rounded
        def elastic(image, alpha, sigma, **more):
            rand, starts = torch.rand, iter([0, 500])
            def noise(size):
                numbers = (np.arange(math.prod(size)) + next(starts)) * 7919 % 1009 / 1009
                return torch.tensor(numbers, dtype=torch.float32).reshape(size)
            torch.rand = noise
            try: displacement = T.ElasticTransform.get_params([alpha] * 2, [sigma] * 2, [image.height, image.width])
            finally: torch.rand = rand
            return F.elastic_transform(image, displacement, **({"fill": 0} | more))
        def array(result):
            if isinstance(result, (list, tuple)): return np.concatenate([array(one) for one in result])
            return result.permute(1, 2, 0).numpy() if isinstance(result, torch.Tensor) else np.asarray(result)
        results = []
        for p, (width, height) in enumerate(request["images"]):
            image = Image.frombytes("RGB", (width, height), open(os.path.join(folder, f"{p}.bin"), "rb").read())
            for c, python in enumerate(request["cases"]):
                code = compile(python, python, "eval")
                try:
                    start = time.process_time()
                    for _ in range(rounds): result = eval(code)
                    seconds = (time.process_time() - start) / rounds
                    pixels = np.ascontiguousarray(array(result))
                    pixels.tofile(os.path.join(folder, f"{p}.{c}.bin"))
                    results.append({"width": pixels.shape[1], "height": pixels.shape[0], "seconds": seconds, "problem": None})
                except Exception as problem:
                    results.append({"width": 0, "height": 0, "seconds": 0, "problem": f"{type(problem).__name__}: {problem}"})
        versions = {"torchvision": torchvision.__version__, "pillow": PIL.__version__}
        json.dump({"versions": versions, "results": results}, open(os.path.join(folder, "answer.json"), "w"))
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Answer> _answer;

    public TorchvisionPixels() : this(rounds: 1)
    {
    }

    internal TorchvisionPixels(int rounds) => _answer = new(() => Ask(rounds));

    /// <summary>Three photographs and two images that are almost nothing but edge.</summary>
    internal static IReadOnlyList<Image> Images { get; } =
    [
        .. Photographs().Select(path => new FileImage(path).Decode()),
        Fixture.Drawn(3, 40, (x, y) => (x * 90, y * 6, x * y % 256)),
        Fixture.Drawn(1, 1, (_, _) => (30, 60, 90)),
    ];

    internal IReadOnlyDictionary<string, string> Versions => _answer.Value.Versions;

    /// <summary>What torchvision says about a case; a problem where it refuses the image.</summary>
    internal Result Of(int image, int transform) => _answer.Value.Results[image * TransformCases.All.Count + transform];

    internal Image ImageOf(int image, int transform) =>
        new(Of(image, transform).Width, Of(image, transform).Height, File.ReadAllBytes(_folder.PathOf($"{image}.{transform}.bin")));

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Photographs() =>
        new[] { "ants/0013035.jpg", "bees/2610833167_79bf0bcae5.jpg", "ants/ant photos.jpg" }
            .Select(name => SharedFolder.PathOf($"{TorchvisionCases.Images}/{name}"));

    private Answer Ask(int rounds)
    {
        for (int i = 0; i < Images.Count; i++)
            _folder.Write($"{i}.bin", Images[i].Pixels);
        _folder.Write("request.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            images = Images.Select(image => new[] { image.Width, image.Height }),
            cases = TransformCases.All.Select(one => one.Python),
        }));
        PyTorch.Run(Script, _folder.Path, $"{rounds}");
        return JsonSerializer.Deserialize<Answer>(File.ReadAllBytes(_folder.PathOf("answer.json")), JsonSerializerOptions.Web)!;
    }

    internal sealed record Result(int Width, int Height, double Seconds, string? Problem);

    private sealed record Answer(Dictionary<string, string> Versions, IReadOnlyList<Result> Results);
}
