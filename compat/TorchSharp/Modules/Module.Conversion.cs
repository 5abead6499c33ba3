using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected DeviceType _deviceType = DeviceType.CPU;
            protected int _deviceIndex = -1;

            /// <summary>Converts floating-point parameters and buffers to a type, and moves all of them to a device.</summary>
            internal Module Convert(Device? device, ScalarType? dtype)
            {
                if (dtype is { } wanted && !is_floating_point(wanted))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={wanted}");
                if (device is not null)
                    InitializeDeviceType(device.type);
                foreach (var (_, child) in named_children())
                    child.Convert(device, dtype);
                foreach (var (component, parameter) in _parameters.ToList())
                {
                    if (Converted(parameter, device, dtype) is { } replacement)
                        Replace(component, parameter, replacement);
                }
                foreach (var (component, (buffer, persistent)) in _buffers.ToList())
                {
                    if (Converted(buffer, device, dtype) is { } replacement)
                        Replace(component, buffer, replacement, persistent);
                }
                if (device is not null)
                    (_deviceType, _deviceIndex) = (device.type, device.index);
                return this;
            }

            /// <summary>A tensor of the same values elsewhere or of another type; null when this one is right already.</summary>
            private static Tensor? Converted(Tensor tensor, Device? device, ScalarType? dtype)
            {
                var type = is_floating_point(tensor.dtype) ? dtype ?? tensor.dtype : tensor.dtype;
                var target = device ?? tensor.device;
                if (!tensor.toWillCopy(type, target))
                    return null;
                using var undifferentiated = no_grad();
                var moved = tensor.to(type, target);
                if (tensor is not Modules.Parameter)
                    return moved.DetachFromDisposeScope();
                var parameter = new Modules.Parameter(moved, tensor.requires_grad);
                using var grad = tensor.grad;
                if (grad is not null)
                {
                    using var movedGrad = grad.to(type, target);
                    parameter.grad = movedGrad;
                }
                return parameter.DetachFromDisposeScope();
            }

            /// <summary>A property of that name replaces and disposes by itself; otherwise the field of that name follows.</summary>
            private void Replace(string component, Tensor old, Tensor replacement, bool persistent = true)
            {
                var property = GetType().GetProperty(component, BindingFlags.Public | BindingFlags.Instance);
                if (property is { CanWrite: true })
                {
                    property.SetValue(this, replacement);
                    return;
                }
                old.Dispose();
                if (replacement is Modules.Parameter parameter)
                    _parameters[component] = parameter;
                else
                    _buffers[component] = (replacement, persistent);
                FieldsOf(GetType()).FirstOrDefault(field => NameOf(field) == component)?.SetValue(this, replacement);
            }
        }
    }
}
