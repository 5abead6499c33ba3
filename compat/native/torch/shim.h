// What every file of the shim shares: how C# values arrive, how results and errors leave.
//
// A tensor crosses the border as a pointer to an at::Tensor on the heap, which in a parameter list of C++ reads as a
// reference. A function that can fail returns a null pointer or false after keeping the message for last_error().
#pragma once

#include <ATen/ATen.h>

#include <cstring>
#include <utility>
#include <vector>

namespace mlt {

using Tensor = at::Tensor;
using TensorHandle = at::Tensor*;

// libtorch 1 and early 2 have an optional of their own, later ones use the standard library's.
template <typename From, typename To> struct Rebound;
template <template <typename> class Optional, typename From, typename To> struct Rebound<Optional<From>, To> {
    using type = Optional<To>;
};
template <typename T> using Optional = typename Rebound<decltype(at::TensorOptions().dtype_opt()), T>::type;

// Where and of what type a new tensor is: the enumerators are libtorch's own.
struct Placement {
    int32_t dtype;
    int32_t device_type;
    int32_t device_index;
    int32_t requires_grad;

    at::ScalarType scalar_type() const { return static_cast<at::ScalarType>(dtype); }
    at::Device device() const {
        return at::Device(static_cast<at::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    }
    at::TensorOptions options() const { return at::TensorOptions().dtype(scalar_type()).device(device()); }
    Tensor apply(Tensor made) const { return requires_grad ? made.set_requires_grad(true) : made; }
};

// A C# Scalar: the type it came from, and its value as the bits of a double or of a long.
struct Number {
    int64_t dtype;
    int64_t bits;

    operator at::Scalar() const {
        auto type = static_cast<at::ScalarType>(dtype);
        if (type == at::kBool) return at::Scalar(bits != 0);
        if (!at::isFloatingType(type)) return at::Scalar(bits);
        double value;
        std::memcpy(&value, &bits, sizeof value);
        return at::Scalar(value);
    }
};

inline Optional<at::Scalar> maybe(const Number* number) {
    return number ? Optional<at::Scalar>(at::Scalar(*number)) : Optional<at::Scalar>();
}
inline Optional<Tensor> maybe(const Tensor* tensor) { return tensor ? Optional<Tensor>(*tensor) : Optional<Tensor>(); }
inline Optional<at::Generator> maybe(const at::Generator* generator) {
    return generator ? Optional<at::Generator>(*generator) : Optional<at::Generator>();
}
inline Optional<at::ScalarType> maybe_type(int32_t dtype) {
    return dtype < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(dtype));
}

inline TensorHandle hold(Tensor tensor) { return new Tensor(std::move(tensor)); }

inline std::vector<Tensor> list(const TensorHandle* handles, int32_t count) {
    std::vector<Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; i++) tensors.push_back(*handles[i]);
    return tensors;
}

void remember_error(const char* message) noexcept;

template <typename Body> auto guarded(Body&& body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const c10::Error& error) {
        remember_error(error.what_without_backtrace());
    } catch (const std::exception& error) {
        remember_error(error.what());
    }
    return {};
}

}  // namespace mlt

#define EXPORT extern "C" __attribute__((visibility("default")))

// NEW_TENSOR(name, (parameters), expression): a function that returns a new tensor.
#define NEW_TENSOR(name, parameters, ...) \
    EXPORT mlt::TensorHandle mlt_##name parameters { return mlt::guarded([&] { return mlt::hold(__VA_ARGS__); }); }

// NEW_TENSORS(name, (parameters, first, second), expression): a function that makes two tensors at once.
#define NEW_TENSORS(name, parameters, ...)                    \
    EXPORT bool mlt_##name parameters {                   \
        return mlt::guarded([&] {                         \
            auto both = __VA_ARGS__;                      \
            *first = mlt::hold(std::get<0>(both));        \
            *second = mlt::hold(std::get<1>(both));       \
            return true;                                  \
        });                                               \
    }

// ACTION(name, (parameters), statement): a function that changes something and says whether it worked.
#define ACTION(name, parameters, ...) \
    EXPORT bool mlt_##name parameters { return mlt::guarded([&] { __VA_ARGS__; return true; }); }

// VALUE(type, name, (parameters), expression): a question that cannot fail.
#define VALUE(type, name, parameters, ...) \
    EXPORT type mlt_##name parameters { return __VA_ARGS__; }

using mlt::Number;
using mlt::Placement;
using mlt::Tensor;
using mlt::TensorHandle;
