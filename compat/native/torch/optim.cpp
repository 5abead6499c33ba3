// libtorch's optimizers. C# keeps the options of each group of parameters and sends them before a step.
#include "shim.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/serialize/archive.h>

#include <memory>

namespace optim = torch::optim;

namespace {

struct Optimizer {
    std::unique_ptr<optim::Optimizer> inner;
    std::vector<bool> maximize;
};

using Groups = std::vector<optim::OptimizerParamGroup>;

template <typename Kind, typename Options> Optimizer* create() {
    return new Optimizer{std::make_unique<Kind>(Groups(), Options(1e-3)), {}};
}

template <typename Options> void add(Optimizer& self, const TensorHandle* parameters, int32_t count) {
    self.inner->add_param_group(optim::OptimizerParamGroup(mlt::list(parameters, count), std::make_unique<Options>(1e-3)));
    self.maximize.push_back(false);
}

template <typename Options> Options& options(Optimizer& self, int32_t group, bool maximize) {
    self.maximize[group] = maximize;
    return static_cast<Options&>(self.inner->param_groups()[group].options());
}

template <typename Options> void set_adam(Optimizer& self, int32_t group, double lr, double beta1, double beta2, double eps,
        double weight_decay, bool amsgrad, bool maximize) {
    options<Options>(self, group, maximize).lr(lr).betas(std::make_tuple(beta1, beta2)).eps(eps).weight_decay(weight_decay).amsgrad(amsgrad);
}

// libtorch only descends; climbing is descending along the gradient turned round.
void turn_gradients(Optimizer& self) {
    at::NoGradGuard no_grad;
    for (size_t group = 0; group < self.maximize.size(); group++) {
        if (!self.maximize[group]) continue;
        for (auto& parameter : self.inner->param_groups()[group].params())
            if (parameter.grad().defined()) parameter.grad().neg_();
    }
}

void clear_gradients(Optimizer& self) {
    at::NoGradGuard no_grad;
    for (auto& group : self.inner->param_groups())
        for (auto& parameter : group.params())
            if (parameter.grad().defined()) parameter.grad().zero_();
}

}  // namespace

#define OPTIMIZER(name, kind, kind_options)                                                                \
    EXPORT Optimizer* mlt_##name##_create() { return mlt::guarded([&] { return create<kind, kind_options>(); }); } \
    ACTION(name##_add, (Optimizer& self, const TensorHandle* parameters, int32_t count), add<kind_options>(self, parameters, count))
OPTIMIZER(sgd, optim::SGD, optim::SGDOptions)
OPTIMIZER(adam, optim::Adam, optim::AdamOptions)
OPTIMIZER(adamw, optim::AdamW, optim::AdamWOptions)

ACTION(sgd_set, (Optimizer& self, int32_t group, double lr, double momentum, double dampening, double weight_decay, bool nesterov, bool maximize),
    options<optim::SGDOptions>(self, group, maximize).lr(lr).momentum(momentum).dampening(dampening).weight_decay(weight_decay).nesterov(nesterov))
ACTION(adam_set, (Optimizer& self, int32_t group, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize),
    set_adam<optim::AdamOptions>(self, group, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize))
ACTION(adamw_set, (Optimizer& self, int32_t group, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize),
    set_adam<optim::AdamWOptions>(self, group, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize))

ACTION(optimizer_step, (Optimizer& self), {
    turn_gradients(self);
    self.inner->step();
    turn_gradients(self);
})
ACTION(optimizer_zero_grad, (Optimizer& self), clear_gradients(self))
ACTION(optimizer_save, (Optimizer& self, const char* path), {
    torch::serialize::OutputArchive archive;
    self.inner->save(archive);
    archive.save_to(path);
})
ACTION(optimizer_load, (Optimizer& self, const char* path), {
    torch::serialize::InputArchive archive;
    archive.load_from(path);
    self.inner->load(archive);
})
VALUE(void, optimizer_dispose, (Optimizer* self), delete self)
