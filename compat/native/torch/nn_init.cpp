// How weights start.
#include "shim.h"

#include <torch/nn/init.h>

#include <cmath>

namespace init = torch::nn::init;

namespace {

init::FanModeType fan(int64_t mode) {
    if (mode == 0) return torch::kFanIn;
    return torch::kFanOut;
}

init::NonlinearityType nonlinearity(int64_t type) {
    switch (type) {
        case 0: return torch::kLinear;
        case 1: return torch::kConv1D;
        case 2: return torch::kConv2D;
        case 3: return torch::kConv3D;
        case 4: return torch::kConvTranspose1D;
        case 5: return torch::kConvTranspose2D;
        case 6: return torch::kConvTranspose3D;
        case 7: return torch::kSigmoid;
        case 8: return torch::kTanh;
        case 9: return torch::kReLU;
        default: return torch::kLeakyReLU;
    }
}

// libtorch has no truncated normal: the inverse of its distribution function, at uniform points between the bounds'.
void truncated_normal(Tensor& tensor, double mean, double std, double low, double high) {
    at::NoGradGuard no_grad;
    auto below = [&](double bound) { return (1 + std::erf((bound - mean) / (std * std::sqrt(2.0)))) / 2; };
    tensor.uniform_(2 * below(low) - 1, 2 * below(high) - 1).erfinv_().mul_(std * std::sqrt(2.0)).add_(mean).clamp_(low, high);
}

}  // namespace

ACTION(init_constant_, (Tensor& tensor, Number value), init::constant_(tensor, value))
ACTION(init_ones_, (Tensor& tensor), init::ones_(tensor))
ACTION(init_zeros_, (Tensor& tensor), init::zeros_(tensor))
ACTION(init_trunc_normal_, (Tensor& tensor, double mean, double std, double low, double high),
    truncated_normal(tensor, mean, std, low, high))
ACTION(init_xavier_uniform_, (Tensor& tensor, double gain), init::xavier_uniform_(tensor, gain))
ACTION(init_kaiming_uniform_, (Tensor& tensor, double a, int64_t mode, int64_t type),
    init::kaiming_uniform_(tensor, a, fan(mode), nonlinearity(type)))
ACTION(init_kaiming_normal_, (Tensor& tensor, double a, int64_t mode, int64_t type),
    init::kaiming_normal_(tensor, a, fan(mode), nonlinearity(type)))
