// Many elements to few: sums, means, extremes, orders, softmax.
#include "shim.h"

using Dims = at::IntArrayRef;

NEW_TENSOR(sum, (const Tensor& self, int32_t dtype), self.sum(mlt::maybe_type(dtype)))
NEW_TENSOR(sum_dims, (const Tensor& self, const int64_t* dims, int32_t count, bool keepdim, int32_t dtype),
    self.sum(Dims(dims, count), keepdim, mlt::maybe_type(dtype)))
NEW_TENSOR(mean, (const Tensor& self), self.mean())
NEW_TENSOR(mean_dims, (const Tensor& self, const int64_t* dims, int32_t count, bool keepdim, int32_t dtype),
    self.mean(Dims(dims, count), keepdim, mlt::maybe_type(dtype)))
NEW_TENSOR(var, (const Tensor& self, bool unbiased), self.var(unbiased))
NEW_TENSOR(var_dims, (const Tensor& self, const int64_t* dims, int32_t count, bool unbiased, bool keepdim),
    self.var(Dims(dims, count), unbiased, keepdim))
NEW_TENSOR(std, (const Tensor& self, bool unbiased), self.std(unbiased))
NEW_TENSOR(std_dims, (const Tensor& self, const int64_t* dims, int32_t count, bool unbiased, bool keepdim),
    self.std(Dims(dims, count), unbiased, keepdim))

#define REDUCED(name)                                                                              \
    NEW_TENSOR(name, (const Tensor& self), self.name())                                                \
    NEW_TENSOR(name##_dim, (const Tensor& self, int64_t dim, bool keepdim), self.name(dim, keepdim))
REDUCED(all)
REDUCED(any)
REDUCED(argmax)
REDUCED(argmin)

#define EXTREME(name)                                                                              \
    NEW_TENSOR(name, (const Tensor& self), self.name())                                                \
    NEW_TENSORS(name##_dim, (const Tensor& self, int64_t dim, bool keepdim, TensorHandle* first, TensorHandle* second), \
        self.name(dim, keepdim))
EXTREME(max)
EXTREME(min)

NEW_TENSORS(topk, (const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted, TensorHandle* first, TensorHandle* second),
    self.topk(k, dim, largest, sorted))
NEW_TENSORS(sort, (const Tensor& self, int64_t dim, bool descending, bool stable, TensorHandle* first, TensorHandle* second),
    self.sort(mlt::Optional<bool>(stable), dim, descending))
NEW_TENSOR(softmax, (const Tensor& self, int64_t dim, int32_t dtype), self.softmax(dim, mlt::maybe_type(dtype)))
NEW_TENSOR(log_softmax, (const Tensor& self, int64_t dim, int32_t dtype), self.log_softmax(dim, mlt::maybe_type(dtype)))
