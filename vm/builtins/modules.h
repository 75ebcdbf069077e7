// The modules that guest programs can import: builtins, math, time, sys, numpy, numpy.random, numba. All that is in
// them lives for ever and is never counted, so that any thread may use it.
#pragma once

#include <string>

#include "vm/object/objects.h"

namespace pyvm {

// The module of a dotted name (numpy.random gives numpy.random). ModuleNotFoundError "No module named 'x'".
Ref<Module> import_module(CallContext& context, const std::string& name);
// What every guest module sees without an import.
Ref<Module> builtins_module();

// What the layers above give to numba's functions. Left null, njit raises and the program has one thread.
struct NumbaHooks {
  Value (*njit)(CallContext& context, const Arguments& arguments) = nullptr;
  std::int64_t (*get_thread_id)(CallContext& context) = nullptr;
  std::int64_t (*get_num_threads)(CallContext& context) = nullptr;
  // The caller has checked that the number is at least 1.
  void (*set_num_threads)(CallContext& context, std::int64_t threads) = nullptr;
};
NumbaHooks& numba_hooks();
// njit(...) and jit(...) in guest code: makes a Kernel of a Function, or the decorator that will.
void set_njit_factory(Value (*factory)(CallContext& context, const Arguments& arguments));

} // namespace pyvm
