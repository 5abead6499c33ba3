// Comparisons, logic, and questions about each element.
#include "shim.h"

#define COMPARISON(name)                                                                      \
    NEW_TENSOR(name, (const Tensor& self, const Tensor& other), self.name(other))                 \
    NEW_TENSOR(name##_number, (const Tensor& self, Number other), self.name(at::Scalar(other)))
COMPARISON(eq)
COMPARISON(ge)
COMPARISON(gt)
COMPARISON(le)
COMPARISON(lt)
COMPARISON(ne)

NEW_TENSOR(bitwise_and, (const Tensor& self, const Tensor& other), self.bitwise_and(other))
NEW_TENSOR(bitwise_or, (const Tensor& self, const Tensor& other), self.bitwise_or(other))
NEW_TENSOR(bitwise_xor, (const Tensor& self, const Tensor& other), self.bitwise_xor(other))
NEW_TENSOR(maximum, (const Tensor& self, const Tensor& other), at::maximum(self, other))
NEW_TENSOR(minimum, (const Tensor& self, const Tensor& other), at::minimum(self, other))
NEW_TENSOR(isfinite, (const Tensor& self), at::isfinite(self))
NEW_TENSOR(isinf, (const Tensor& self), at::isinf(self))
NEW_TENSOR(isnan, (const Tensor& self), at::isnan(self))
NEW_TENSOR(where, (const Tensor& condition, const Tensor& x, const Tensor& y), at::where(condition, x, y))

ACTION(allclose, (const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan, bool* result),
    *result = at::allclose(self, other, rtol, atol, equal_nan))
ACTION(equal, (const Tensor& self, const Tensor& other, bool* result), *result = at::equal(self, other))
