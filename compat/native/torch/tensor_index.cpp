// Elements by their index, by a mask, or by another tensor.
#include "shim.h"

#include <ATen/TensorIndexing.h>

namespace {

// One entry between the brackets of C#'s tensor[…]; INT64_MIN stands for a bound that was left out.
struct Index {
    enum Kind : int64_t { None, Single, Null, Ellipsis, Bool, ByTensor, Slice };
    int64_t kind;
    int64_t start;
    int64_t stop;
    int64_t step;
    TensorHandle tensor;
};

// A bound of a slice is an int64_t in libtorch 1.13, a SymInt in later ones.
using Bound = std::decay_t<decltype(std::declval<at::indexing::Slice>().start())>;

mlt::Optional<Bound> bound(int64_t value) {
    return value == INT64_MIN ? mlt::Optional<Bound>() : mlt::Optional<Bound>(Bound(value));
}

at::indexing::TensorIndex translate(const Index& index) {
    switch (index.kind) {
        case Index::Single: return {index.start};
        case Index::Ellipsis: return {at::indexing::Ellipsis};
        case Index::Bool: return {index.start != 0};
        case Index::ByTensor: return {*index.tensor};
        case Index::Slice: return {at::indexing::Slice(bound(index.start), bound(index.stop), bound(index.step))};
        default: return {at::indexing::None};
    }
}

std::vector<at::indexing::TensorIndex> translate(const Index* indices, int32_t count) {
    std::vector<at::indexing::TensorIndex> translated;
    translated.reserve(count);
    for (int32_t i = 0; i < count; i++) translated.push_back(translate(indices[i]));
    return translated;
}

}  // namespace

NEW_TENSOR(index, (const Tensor& self, const Index* indices, int32_t count), self.index(translate(indices, count)))
ACTION(index_put_, (Tensor& self, const Tensor& value, const Index* indices, int32_t count),
    self.index_put_(translate(indices, count), value))
ACTION(index_put_number_, (Tensor& self, Number value, const Index* indices, int32_t count),
    self.index_put_(translate(indices, count), at::Scalar(value)))

NEW_TENSOR(index_select, (const Tensor& self, int64_t dim, const Tensor& index), self.index_select(dim, index))
NEW_TENSOR(gather, (const Tensor& self, int64_t dim, const Tensor& index), self.gather(dim, index))
NEW_TENSOR(masked_select, (const Tensor& self, const Tensor& mask), self.masked_select(mask))
