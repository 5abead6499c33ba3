using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual IEnumerable<(string name, Module module)> named_children() => _submodules.ToList();

            /// <summary>Every module below this one, but not itself: level by level within each branch.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                var children = named_children().ToList();
                foreach (var child in children)
                    yield return child;
                foreach (var (prefix, child) in children)
                {
                    foreach (var (inner, module) in child.named_modules())
                        yield return ($"{prefix}.{inner}", module);
                }
            }

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<nint>();
                foreach (var (own, parameter) in _parameters.ToList())
                {
                    if (!parameter.IsInvalid && seen.Add(parameter.Handle))
                        yield return (own, parameter);
                }
                if (!recurse)
                    yield break;
                foreach (var (prefix, child) in named_children())
                {
                    foreach (var (inner, parameter) in child.named_parameters(true))
                    {
                        if (seen.Add(parameter.Handle))
                            yield return ($"{prefix}.{inner}", parameter);
                    }
                }
            }

            /// <summary>Buffers that were registered as persistent; as in the package, the others are never listed.</summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<nint>();
                foreach (var (own, (buffer, persistent)) in _buffers.ToList())
                {
                    if (!buffer.IsInvalid && persistent && seen.Add(buffer.Handle))
                        yield return (own, buffer);
                }
                if (!recurse)
                    yield break;
                foreach (var (prefix, child) in named_children())
                {
                    foreach (var (inner, buffer) in child.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer.Handle))
                            yield return ($"{prefix}.{inner}", buffer);
                    }
                }
            }

            public virtual IEnumerable<Module> children() => named_children().Select(child => child.module);

            public virtual IEnumerable<Module> modules() => named_modules().Select(child => child.module);

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(named => named.parameter);

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(named => named.buffer);

            public virtual Parameter? get_parameter(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                return _parameters.TryGet(target, out var own) ? own : InChild(target, (child, rest) => child.get_parameter(rest));
            }

            public virtual Tensor? get_buffer(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                return _buffers.TryGet(target, out var own) ? own.Tensor : InChild(target, (child, rest) => child.get_buffer(rest));
            }

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            private T? InChild<T>(string target, Func<Module, string, T?> find) where T : Tensor
            {
                var dot = target.IndexOf('.');
                return dot < 0
                    ? null
                    : named_children()
                        .Where(child => child.name == target[..dot])
                        .Select(child => find(child.module, target[(dot + 1)..]))
                        .FirstOrDefault(found => found is not null);
            }
        }
    }
}
