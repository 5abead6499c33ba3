// Seeds, generators and their states.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

namespace {
void reseed(at::Generator& generator, uint64_t seed) {
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
}
}  // namespace

// Seeds the generators of every device.
ACTION(manual_seed, (int64_t seed), at::manual_seed(static_cast<uint64_t>(seed)))

EXPORT at::Generator* mlt_generator_default() {
    return mlt::guarded([&] { return new at::Generator(at::detail::getDefaultCPUGenerator()); });
}
EXPORT at::Generator* mlt_generator_create(int64_t seed) {
    return mlt::guarded([&] { return new at::Generator(at::detail::createCPUGenerator(static_cast<uint64_t>(seed))); });
}
ACTION(generator_seed, (at::Generator& self, int64_t seed), reseed(self, static_cast<uint64_t>(seed)))
VALUE(int64_t, generator_initial_seed, (const at::Generator& self), static_cast<int64_t>(self.current_seed()))
NEW_TENSOR(generator_get_state, (const at::Generator& self), self.get_state())
ACTION(generator_set_state, (at::Generator& self, const Tensor& state), self.set_state(state))
VALUE(void, generator_dispose, (at::Generator* self), delete self)

ACTION(normal_, (Tensor& self, double mean, double std, const at::Generator* generator),
    self.normal_(mean, std, mlt::maybe(generator)))
ACTION(uniform_, (Tensor& self, double from, double to, const at::Generator* generator),
    self.uniform_(from, to, mlt::maybe(generator)))
NEW_TENSOR(bernoulli, (const Tensor& self, const at::Generator* generator), self.bernoulli(mlt::maybe(generator)))
