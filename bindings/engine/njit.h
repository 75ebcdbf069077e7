// njit and jit as guest code calls them under `pyvm run`.
#pragma once

namespace pyvm::engine {

// Gives numba's functions of vm/builtins their meaning.
void install_njit();

} // namespace pyvm::engine
