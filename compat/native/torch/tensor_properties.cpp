// What a tensor is, where it lives, its memory, and its copies.
#include "shim.h"

VALUE(void, dispose, (TensorHandle tensor), delete tensor)
VALUE(int64_t, ndim, (const Tensor& self), self.dim())
VALUE(int64_t, numel, (const Tensor& self), self.numel())
VALUE(int64_t, element_size, (const Tensor& self), self.element_size())
VALUE(int32_t, dtype, (const Tensor& self), static_cast<int32_t>(self.scalar_type()))
VALUE(int32_t, device_type, (const Tensor& self), static_cast<int32_t>(self.device().type()))
VALUE(int32_t, device_index, (const Tensor& self), self.device().index())
VALUE(bool, requires_grad, (const Tensor& self), self.requires_grad())
VALUE(bool, is_leaf, (const Tensor& self), self.is_leaf())
VALUE(bool, is_contiguous, (const Tensor& self), self.is_contiguous())

ACTION(sizes, (const Tensor& self, int64_t* sizes), std::copy(self.sizes().begin(), self.sizes().end(), sizes))
ACTION(strides, (const Tensor& self, int64_t* strides), std::copy(self.strides().begin(), self.strides().end(), strides))
ACTION(size, (const Tensor& self, int64_t dim, int64_t* size), *size = self.size(dim))
ACTION(stride, (const Tensor& self, int64_t dim, int64_t* stride), *stride = self.stride(dim))
ACTION(data, (const Tensor& self, void** memory), *memory = self.data_ptr())

ACTION(item, (const Tensor& self, Number* number), {
    auto value = self.item();
    auto type = self.scalar_type();
    number->dtype = static_cast<int64_t>(type);
    if (at::isFloatingType(type)) {
        auto real = value.toDouble();
        std::memcpy(&number->bits, &real, sizeof real);
    } else {
        number->bits = value.toLong();
    }
})

NEW_TENSOR(alias, (const Tensor& self), self)
NEW_TENSOR(clone, (const Tensor& self), self.clone())
NEW_TENSOR(contiguous, (const Tensor& self), self.contiguous())
NEW_TENSOR(pin_memory, (const Tensor& self), self.pin_memory())
NEW_TENSOR(to, (const Tensor& self, Placement at, bool non_blocking, bool copy),
    self.to(at.device(), at.scalar_type(), non_blocking, copy))
ACTION(copy_, (Tensor& self, const Tensor& source, bool non_blocking), self.copy_(source, non_blocking))
ACTION(fill_, (Tensor& self, Number value), self.fill_(at::Scalar(value)))
ACTION(zero_, (Tensor& self), self.zero_())
