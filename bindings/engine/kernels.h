// Kernels: functions under njit, from either door.
//
// A kernel is compiled at its first call, or for each overload of an explicit signature when it is first chosen. What
// its code names is frozen then: arrays as read-only copies, everything else as it is (DESIGN section 2).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/engine/signatures.h"
#include "vm/compile/compiler.h"

namespace pyvm::engine {

struct KernelSettings {
  KernelOptions options;
  std::vector<Signature> signatures;           // none: any arguments
  std::map<std::string, SignatureType> locals; // scalars alone
  std::optional<GuestError> problem;           // an option that Numba refuses when it compiles
};

// What a kernel is made of.
struct KernelSource {
  FunctionTree tree;
  std::string name;
  Value python_function;               // py_func; None where the door keeps it itself
  std::vector<Value> defaults;         // as Function's
  std::vector<Value> keyword_defaults; // as Function's
  Ref<Module> globals;                 // where names are looked up that the resolver does not know; may be null
  std::shared_ptr<NameResolver> resolver;
};

Ref<Kernel> make_kernel(KernelSource source, KernelSettings settings);

// A kernel of a function of the guest's: names are looked up in the cells that it closes over, its globals, the
// builtins.
Ref<Kernel> make_kernel(const Ref<Function>& function, KernelSettings settings);

// The value of a global as njit code sees it. TypingError for what it cannot use: "Untyped global name 'f': ...".
Value frozen_global(const std::string& name, const Value& value);

// The njit code of every kernel compiled so far, in order; kept when `keep_compiled_code` was called before (pyvm
// dump).
void keep_compiled_code();
std::vector<Ref<Code>> compiled_code();

} // namespace pyvm::engine
