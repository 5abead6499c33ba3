namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters, then persistent buffers, each under its dotted name.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var named = named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter))
                    .Concat(named_buffers(include_nonpersistent: false));
                foreach (var (key, tensor) in named)
                    destination.TryAdd(Prefixed(prefix, key), tensor);
                foreach (var (key, child) in named_children())
                    child.state_dict(destination, Prefixed(prefix, key));
                return destination;
            }

            /// <summary>Copies tensors of the same names into this module's.</summary>
            /// <exception cref="InvalidOperationException"><paramref name="strict"/>, and a key is missing or not known here.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var destination = state_dict();
                var skipped = new HashSet<string>(skip ?? [], StringComparer.Ordinal);
                var wanted = source.Keys.Where(key => !skipped.Contains(key)).ToList();
                var unexpected = wanted.Where(key => !destination.ContainsKey(key)).ToList();
                var missing = destination.Keys.Where(key => !skipped.Contains(key) && !source.ContainsKey(key)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary.");
                using var undifferentiated = no_grad();
                foreach (var key in wanted.Where(destination.ContainsKey))
                    destination[key].copy_(source[key]);
                return (missing, unexpected);
            }

            private static string Prefixed(string? prefix, string key) => string.IsNullOrEmpty(prefix) ? key : $"{prefix}.{key}";
        }
    }
}
