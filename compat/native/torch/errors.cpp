// The last error of each thread, as text.
#include "shim.h"

#include <string>

namespace {
thread_local std::string last_error;
thread_local bool has_error = false;
}

void mlt::remember_error(const char* message) noexcept {
    has_error = true;
    last_error = message;
}

// The message of the last failure on this thread, once; null when there was none.
EXPORT const char* mlt_take_error() {
    if (!has_error) return nullptr;
    has_error = false;
    return last_error.c_str();
}
