// Gradients: who wants them, how they are computed, and when nobody does.
#include "shim.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

ACTION(set_requires_grad, (Tensor& self, bool requires_grad), self.set_requires_grad(requires_grad))
ACTION(retain_grad, (Tensor& self), self.retain_grad())
NEW_TENSOR(detach, (const Tensor& self), self.detach())
ACTION(detach_, (Tensor& self), self.detach_())

EXPORT TensorHandle mlt_grad(const Tensor& self) {
    return mlt::guarded([&]() -> TensorHandle { return self.grad().defined() ? mlt::hold(self.grad()) : nullptr; });
}
ACTION(set_grad, (Tensor& self, const Tensor* grad), self.mutable_grad() = grad ? *grad : Tensor())

ACTION(backward, (const Tensor& self, const Tensor* gradient, bool retain_graph, bool create_graph),
    self.backward(gradient ? *gradient : Tensor(), retain_graph, create_graph))

VALUE(bool, is_grad_enabled, (), c10::GradMode::is_enabled())
VALUE(void, set_grad_enabled, (bool enabled), c10::GradMode::set_enabled(enabled))

VALUE(bool, is_inference_mode, (), c10::InferenceMode::is_enabled())
VALUE(c10::InferenceMode*, enter_inference_mode, (bool enabled), new c10::InferenceMode(enabled))
VALUE(void, leave_inference_mode, (c10::InferenceMode* guard), delete guard)
