// The library itself: version, threads, accelerators.
#include "shim.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

VALUE(const char*, version, (), TORCH_VERSION)

VALUE(int32_t, get_num_threads, (), at::get_num_threads())
VALUE(int32_t, get_num_interop_threads, (), static_cast<int32_t>(at::get_num_interop_threads()))
ACTION(set_num_threads, (int32_t count), at::set_num_threads(count))
ACTION(set_num_interop_threads, (int32_t count), at::set_num_interop_threads(count))

ACTION(cuda_is_available, (bool* result), *result = torch::cuda::is_available())
ACTION(cuda_device_count, (int32_t* result), *result = static_cast<int32_t>(torch::cuda::device_count()))
ACTION(cuda_manual_seed, (int64_t seed), torch::cuda::manual_seed(static_cast<uint64_t>(seed)))
ACTION(cuda_manual_seed_all, (int64_t seed), torch::cuda::manual_seed_all(static_cast<uint64_t>(seed)))
ACTION(cuda_synchronize, (int64_t device), torch::cuda::synchronize(device))
