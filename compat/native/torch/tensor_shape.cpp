// Other views of the same elements.
#include "shim.h"

#define SIZED(name) \
    NEW_TENSOR(name, (const Tensor& self, const int64_t* sizes, int32_t count), self.name(at::IntArrayRef(sizes, count)))
SIZED(view)
SIZED(reshape)
SIZED(permute)
SIZED(flip)
SIZED(repeat)
NEW_TENSOR(expand, (const Tensor& self, const int64_t* sizes, int32_t count, bool is_implicit),
    self.expand(at::IntArrayRef(sizes, count), is_implicit))
NEW_TENSOR(roll, (const Tensor& self, const int64_t* shifts, int32_t count, const int64_t* dims, int32_t dim_count),
    self.roll(at::IntArrayRef(shifts, count), at::IntArrayRef(dims, dim_count)))
NEW_TENSOR(t, (const Tensor& self), self.t())
NEW_TENSOR(transpose, (const Tensor& self, int64_t dim0, int64_t dim1), self.transpose(dim0, dim1))
NEW_TENSOR(flatten, (const Tensor& self, int64_t start_dim, int64_t end_dim), self.flatten(start_dim, end_dim))
NEW_TENSOR(squeeze, (const Tensor& self), self.squeeze())
NEW_TENSOR(squeeze_dim, (const Tensor& self, int64_t dim), self.squeeze(dim))
NEW_TENSOR(unsqueeze, (const Tensor& self, int64_t dim), self.unsqueeze(dim))
NEW_TENSOR(narrow, (const Tensor& self, int64_t dim, int64_t start, int64_t length), self.narrow(dim, start, length))
NEW_TENSOR(select, (const Tensor& self, int64_t dim, int64_t index), self.select(dim, index))
NEW_TENSOR(slice, (const Tensor& self, int64_t dim, int64_t start, int64_t finish, int64_t step),
    self.slice(dim, start, finish, step))
