// numba's names. What they do comes from the layers above, through the hooks.
#include "vm/builtins/arguments.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/native.h"

namespace pyvm {

NumbaHooks& numba_hooks() {
  static NumbaHooks hooks;
  return hooks;
}

void set_njit_factory(Value (*factory)(CallContext& context, const Arguments& arguments)) {
  numba_hooks().njit = factory;
}

namespace native {

Value njit(CallContext& context, const Arguments& arguments) {
  if (!numba_hooks().njit) raise(ExceptionKind::RuntimeError, "pyvm: no interpreter has registered njit");
  return numba_hooks().njit(context, arguments);
}

// Where it is called as a function it is range; loops over it are the compiler's business.
Value prange(CallContext& context, const Arguments& arguments) { return range(context, arguments); }

Value numba_get_thread_id(CallContext& context, const Arguments& arguments) {
  no_arguments(arguments, "get_thread_id");
  return Value::integer(numba_hooks().get_thread_id ? numba_hooks().get_thread_id(context) : 0);
}

Value numba_get_num_threads(CallContext& context, const Arguments& arguments) {
  no_arguments(arguments, "get_num_threads");
  return Value::integer(numba_hooks().get_num_threads ? numba_hooks().get_num_threads(context) : 1);
}

Value numba_set_num_threads(CallContext& context, const Arguments& arguments) {
  const std::int64_t threads = index_of(one_argument(arguments, "set_num_threads"));
  if (threads < 1)
    raise(ExceptionKind::ValueError, "The number of threads must be between 1 and the number of launched threads");
  if (numba_hooks().set_num_threads) numba_hooks().set_num_threads(context, threads);
  return Value::none();
}

} // namespace native

} // namespace pyvm
