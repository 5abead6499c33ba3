// Arithmetic and functions of one element at a time, and matrix products.
#include "shim.h"

#define UNARY(name) NEW_TENSOR(name, (const Tensor& self), self.name())
#define UNARY_(name) ACTION(name, (Tensor& self), self.name())
UNARY(abs)
UNARY(exp)
UNARY(floor)
UNARY(log)
UNARY(logical_not)
UNARY(bitwise_not)
UNARY(neg)
UNARY(relu)
UNARY(rsqrt)
UNARY(sigmoid)
UNARY(sqrt)
UNARY(square)
UNARY_(relu_)
UNARY(tanh)
UNARY_(sigmoid_)
NEW_TENSOR(round, (const Tensor& self, int64_t decimals), self.round(decimals))
NEW_TENSOR(relu6, (const Tensor& self), at::relu6(self))
ACTION(relu6_, (Tensor& self), at::relu6_(self))

NEW_TENSOR(add, (const Tensor& self, const Tensor& other, Number alpha), self.add(other, alpha))
NEW_TENSOR(add_number, (const Tensor& self, Number other, Number alpha), self.add(other, alpha))
ACTION(add_, (Tensor& self, const Tensor& other, Number alpha), self.add_(other, alpha))
ACTION(add_number_, (Tensor& self, Number other, Number alpha), self.add_(other, alpha))

#define BINARY(name)                                                                          \
    NEW_TENSOR(name, (const Tensor& self, const Tensor& other), self.name(other))                 \
    NEW_TENSOR(name##_number, (const Tensor& self, Number other), self.name(at::Scalar(other)))
#define BINARY_(name)                                                                         \
    ACTION(name##_, (Tensor& self, const Tensor& other), self.name##_(other))                 \
    ACTION(name##_number_, (Tensor& self, Number other), self.name##_(at::Scalar(other)))
BINARY(mul)
BINARY(pow)
BINARY(sub)
BINARY_(mul)
BINARY_(sub)
NEW_TENSOR(number_sub, (Number left, const Tensor& right), at::rsub(right, at::Scalar(left)))
NEW_TENSOR(number_div, (Number left, const Tensor& right), right.reciprocal().mul(at::Scalar(left)))

// Rounding: 0 none, 1 towards zero, 2 down.
NEW_TENSOR(div, (const Tensor& self, const Tensor& other, int32_t rounding),
    rounding == 0 ? self.div(other) : self.div(other, rounding == 1 ? "trunc" : "floor"))
NEW_TENSOR(div_number, (const Tensor& self, Number other, int32_t rounding),
    rounding == 0 ? self.div(at::Scalar(other)) : self.div(at::Scalar(other), rounding == 1 ? "trunc" : "floor"))
ACTION(div_, (Tensor& self, const Tensor& other, int32_t rounding),
    rounding == 0 ? self.div_(other) : self.div_(other, rounding == 1 ? "trunc" : "floor"))
ACTION(div_number_, (Tensor& self, Number other, int32_t rounding),
    rounding == 0 ? self.div_(at::Scalar(other)) : self.div_(at::Scalar(other), rounding == 1 ? "trunc" : "floor"))

NEW_TENSOR(clamp, (const Tensor& self, const Number* min, const Number* max), self.clamp(mlt::maybe(min), mlt::maybe(max)))
ACTION(clamp_, (Tensor& self, const Number* min, const Number* max), self.clamp_(mlt::maybe(min), mlt::maybe(max)))

NEW_TENSOR(matmul, (const Tensor& self, const Tensor& other), self.matmul(other))
NEW_TENSOR(mm, (const Tensor& self, const Tensor& other), self.mm(other))
