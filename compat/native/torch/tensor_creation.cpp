// Tensors out of nothing, out of numbers, and out of other tensors' shapes.
#include "shim.h"

using Sizes = at::IntArrayRef;

#define FILLED(name) \
    NEW_TENSOR(name, (const int64_t* sizes, int32_t count, Placement at), \
        at.apply(at::name(Sizes(sizes, count), at.options())))
FILLED(empty)
FILLED(ones)
FILLED(zeros)

#define SAMPLED(name) \
    NEW_TENSOR(name, (const int64_t* sizes, int32_t count, Placement at, const at::Generator* generator), \
        at.apply(at::name(Sizes(sizes, count), mlt::maybe(generator), at.options())))
SAMPLED(rand)
SAMPLED(randn)

NEW_TENSOR(full, (const int64_t* sizes, int32_t count, Number value, Placement at),
    at.apply(at::full(Sizes(sizes, count), value, at.options())))
NEW_TENSOR(randint, (int64_t low, int64_t high, const int64_t* sizes, int32_t count, Placement at, const at::Generator* generator),
    at.apply(at::randint(low, high, Sizes(sizes, count), mlt::maybe(generator), at.options())))
NEW_TENSOR(randperm, (int64_t n, Placement at, const at::Generator* generator),
    at.apply(at::randperm(n, mlt::maybe(generator), at.options())))
NEW_TENSOR(arange, (Number start, Number stop, Number step, Placement at),
    at.apply(at::arange(start, stop, step, at.options())))
NEW_TENSOR(linspace, (double start, double end, int64_t steps, Placement at),
    at.apply(at::linspace(start, end, steps, at.options())))
NEW_TENSOR(eye, (int64_t rows, int64_t columns, Placement at), at.apply(at::eye(rows, columns, at.options())))

#define LIKE(name) NEW_TENSOR(name, (const Tensor& model, Placement at), at.apply(at::name(model, at.options())))
LIKE(empty_like)
LIKE(ones_like)
LIKE(rand_like)
LIKE(zeros_like)
NEW_TENSOR(full_like, (const Tensor& model, Number value, Placement at), at.apply(at::full_like(model, value, at.options())))

// A copy of memory that holds elements of type `source`, row by row.
NEW_TENSOR(from_memory, (const void* memory, int32_t source, const int64_t* sizes, int32_t count, Placement at),
    at.apply(at::from_blob(const_cast<void*>(memory), Sizes(sizes, count), at::TensorOptions().dtype(static_cast<at::ScalarType>(source)))
        .to(at.device(), at.scalar_type(), /*non_blocking=*/false, /*copy=*/true)))

NEW_TENSOR(cat, (const TensorHandle* tensors, int32_t count, int64_t dim), at::cat(mlt::list(tensors, count), dim))
NEW_TENSOR(stack, (const TensorHandle* tensors, int32_t count, int64_t dim), at::stack(mlt::list(tensors, count), dim))
