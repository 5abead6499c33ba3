// The functions behind the layers and losses.
#include "shim.h"

#include <torch/nn/functional/batchnorm.h>
#include <torch/nn/functional/normalization.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/version.h>

namespace F = torch::nn::functional;
using Sizes = at::IntArrayRef;

NEW_TENSOR(linear, (const Tensor& input, const Tensor& weight, const Tensor* bias), at::linear(input, weight, mlt::maybe(bias)))

NEW_TENSOR(conv2d, (const Tensor& input, const Tensor& weight, const Tensor* bias, const int64_t* stride, int32_t strides,
        const int64_t* padding, int32_t paddings, const int64_t* dilation, int32_t dilations, int64_t groups),
    at::conv2d(input, weight, mlt::maybe(bias), Sizes(stride, strides), Sizes(padding, paddings), Sizes(dilation, dilations), groups))
NEW_TENSOR(conv2d_padding, (const Tensor& input, const Tensor& weight, const Tensor* bias, const int64_t* stride, int32_t strides,
        bool same, const int64_t* dilation, int32_t dilations, int64_t groups),
    at::conv2d(input, weight, mlt::maybe(bias), Sizes(stride, strides), same ? "same" : "valid", Sizes(dilation, dilations), groups))

NEW_TENSOR(max_pool2d, (const Tensor& input, const int64_t* kernel, int32_t kernels, const int64_t* stride, int32_t strides,
        const int64_t* padding, int32_t paddings, const int64_t* dilation, int32_t dilations, bool ceil_mode),
    at::max_pool2d(input, Sizes(kernel, kernels), Sizes(stride, strides), Sizes(padding, paddings), Sizes(dilation, dilations), ceil_mode))
NEW_TENSOR(avg_pool2d, (const Tensor& input, const int64_t* kernel, int32_t kernels, const int64_t* stride, int32_t strides,
        const int64_t* padding, int32_t paddings, bool ceil_mode, bool count_include_pad, int64_t divisor),
    at::avg_pool2d(input, Sizes(kernel, kernels), Sizes(stride, strides), Sizes(padding, paddings), ceil_mode, count_include_pad,
        divisor == 0 ? mlt::Optional<int64_t>() : mlt::Optional<int64_t>(divisor)))
NEW_TENSOR(adaptive_avg_pool2d, (const Tensor& input, const int64_t* size, int32_t count),
    at::adaptive_avg_pool2d(input, Sizes(size, count)))

// libtorch's own wrapper, which also refuses to train on one value per channel.
NEW_TENSOR(batch_norm, (const Tensor& input, const Tensor* mean, const Tensor* var, const Tensor* weight, const Tensor* bias,
        bool training, double momentum, double eps),
    F::batch_norm(input, mean ? *mean : Tensor(), var ? *var : Tensor(), F::BatchNormFuncOptions()
        .weight(weight ? *weight : Tensor()).bias(bias ? *bias : Tensor()).training(training).momentum(momentum).eps(eps)))

NEW_TENSOR(layer_norm, (const Tensor& input, const int64_t* shape, int32_t dimensions, const Tensor* weight, const Tensor* bias, double eps),
    at::layer_norm(input, Sizes(shape, dimensions), mlt::maybe(weight), mlt::maybe(bias), eps))

NEW_TENSOR(gelu, (const Tensor& input), at::gelu(input))
ACTION(hardsigmoid_, (Tensor& input), at::hardsigmoid_(input))
ACTION(hardswish_, (Tensor& input), at::hardswish_(input))
ACTION(silu_, (Tensor& input), at::silu_(input))

NEW_TENSOR(normalize, (const Tensor& input, double p, int64_t dim, double eps),
    F::normalize(input, F::NormalizeFuncOptions().p(p).dim(dim).eps(eps)))

// libtorch 1.13 has it under its first name, which returns the attention's weights too.
NEW_TENSOR(scaled_dot_product_attention, (const Tensor& query, const Tensor& key, const Tensor& value, const Tensor* mask, double dropout,
        bool is_causal),
#if TORCH_VERSION_MAJOR == 1
    std::get<0>(at::_scaled_dot_product_attention(query, key, value, mlt::maybe(mask), dropout, false, is_causal)))
#else
    at::scaled_dot_product_attention(query, key, value, mlt::maybe(mask), dropout, is_causal))
#endif

NEW_TENSOR(dropout, (Tensor& input, double p, bool training, bool inplace),
    inplace ? at::dropout_(input, p, training) : at::dropout(input, p, training))
NEW_TENSOR(cross_entropy, (const Tensor& input, const Tensor& target, const Tensor* weight, int64_t ignore_index, int64_t reduction,
        double label_smoothing),
    at::cross_entropy_loss(input, target, mlt::maybe(weight), reduction, ignore_index, label_smoothing))
NEW_TENSOR(one_hot, (const Tensor& self, int64_t classes), at::one_hot(self, classes))

NEW_TENSOR(pad, (const Tensor& input, const int64_t* padding, int32_t count, int32_t mode, double value), [&] {
    Sizes sizes(padding, count);
    switch (mode) {
        case 1: return at::pad(input, sizes, "reflect");
        case 2: return at::pad(input, sizes, "replicate");
        case 3: return at::pad(input, sizes, "circular");
        default: return at::pad(input, sizes, "constant", value);
    }
}())

namespace {
void choose(F::InterpolateFuncOptions& options, int32_t mode) {
    switch (mode) {
        case 1: options.mode(torch::kLinear); break;
        case 2: options.mode(torch::kBilinear); break;
        case 3: options.mode(torch::kBicubic); break;
        case 4: options.mode(torch::kTrilinear); break;
        case 5: options.mode(torch::kArea); break;
        case 6: options.mode(torch::kNearestExact); break;
        default: options.mode(torch::kNearest);
    }
}
}  // namespace

// align_corners: negative when it was left out.
NEW_TENSOR(interpolate, (const Tensor& input, const int64_t* size, int32_t sizes, const double* scale, int32_t scales, int32_t mode,
        int32_t align_corners, bool recompute_scale_factor, bool antialias), [&] {
    auto options = F::InterpolateFuncOptions().recompute_scale_factor(recompute_scale_factor).antialias(antialias);
    choose(options, mode);
    if (align_corners >= 0) options.align_corners(align_corners != 0);
    if (sizes > 0) options.size(std::vector<int64_t>(size, size + sizes));
    if (scales > 0) options.scale_factor(std::vector<double>(scale, scale + scales));
    return F::interpolate(input, options);
}())
