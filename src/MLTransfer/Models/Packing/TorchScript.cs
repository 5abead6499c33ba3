using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Packing;

/// <summary>A method of a <see cref="TorchScript"/>, which returns a tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">The names and types of its arguments.</param>
/// <param name="Statements">Its statements, each indented by four and ending with a line break; <c>w</c> is the list of tensors.</param>
/// <param name="Result">The name of its result.</param>
internal readonly record struct ScriptMethod(string Name, string Arguments, string Statements, string Result);

/// <summary>
/// A TorchScript module on the processor, for what TorchSharp does not bind. It holds a list of tensors, empty at first.
/// </summary>
/// <remarks>
/// libtorch 2.10 never frees the code of a module, some megabytes for a large network, nor what the module holds. So modules stay in
/// memory, as many of one code as were ever in use at once, and the next script with the same code takes one over, without its tensors.
/// </remarks>
internal sealed class TorchScript : IDisposable
{
    private const string Module = "Packed", AppendMethod = "append", ClearMethod = "clear";

    private static readonly ConcurrentDictionary<string, ConcurrentBag<jit.ScriptModule>> Idle = [];

    // Keeps modules from being finalized before the scripts that use them.
    private static readonly ConcurrentBag<jit.ScriptModule> All = [];

    // Pickle, protocol 2: an object of the module's class, with its attributes.
    private static readonly byte[] Attributes =
    [
        0x80, 2, .. "c__torch__\n"u8, .. "Packed\n)"u8, 0x81, .. "}("u8,
        .. "X\x08\0\0\0training"u8, 0x89, .. "X\x01\0\0\0wctorch.jit._pickle\nbuild_tensorlist\n(]tR"u8, .. "ub."u8,
    ];

    // An empty tuple.
    private static readonly byte[] Constants = [0x80, 2, .. ")."u8];

    private static readonly ScriptMethod[] OfTheList =
    [
        new(AppendMethod, "t: Tensor", "    _0 = torch.append(w, t)\n", "t"),
        new(ClearMethod, "t: Tensor", "    _0 = torch.clear(w)\n", "t"),
    ];

    private readonly ConcurrentBag<jit.ScriptModule> _idle;
    private jit.ScriptModule? _module;

    /// <summary>Compiles methods, or takes over a module that has them and is not in use.</summary>
    public TorchScript(params ReadOnlySpan<ScriptMethod> methods)
    {
        string code = Code([.. methods, .. OfTheList]);
        _idle = Idle.GetOrAdd(code, _ => []);
        _module = _idle.TryTake(out jit.ScriptModule? idle) ? idle : Load(code);
    }

    /// <summary>Frees the tensors of a script that nobody disposed.</summary>
    ~TorchScript() => Free();

    /// <summary>Appends a tensor to the list, which shares its memory.</summary>
    public void Append(Tensor tensor) => Run(AppendMethod, tensor).Dispose();

    /// <summary>Calls a method; for use from several threads.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="arguments">Tensors, arrays of them, booleans and numbers of double precision.</param>
    public Tensor Run(string method, params object[] arguments)
    {
        jit.ScriptModule? module = _module;
        ObjectDisposedException.ThrowIf(module is null, this);
        // TorchSharp would wrap a number in an object that may be finalized before the call.
        object[] kept = [.. arguments.Select(argument => argument is double number ? number.ToScalar() : argument)];
        var result = (Tensor)module.invoke(method, kept);
        foreach (Scalar number in kept.OfType<Scalar>()) number.Dispose();
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>Frees the tensors of the list; no method may be running.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Interlocked.Exchange(ref _module, null) is not { } module) return;
        using Tensor nothing = empty(0);
        ((Tensor)module.invoke(ClearMethod, nothing)).Dispose();
        _idle.Add(module);
    }

    private static string Code(ReadOnlySpan<ScriptMethod> methods)
    {
        var code = new StringBuilder(
            $"class {Module}(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n  w : List[Tensor]\n");
        foreach ((string name, string arguments, string statements, string result) in methods)
        {
            code.Append($"  def {name}(self: __torch__.{Module}, {arguments}) -> Tensor:\n    w = self.w\n{statements}")
                .Append($"    return {result}\n");
        }

        return code.ToString();
    }

    private static jit.ScriptModule Load(string code)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, "data.pkl", Attributes);
            Write(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(code));
            Write(zip, "constants.pkl", Constants);
            Write(zip, "version", "3\n"u8);
        }

        jit.ScriptModule module = jit.load(stream.ToArray(), CPU);
        All.Add(module);
        return module;
    }

    private static void Write(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        using Stream entry = zip.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }
}
