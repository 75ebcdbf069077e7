// Calls of builtins.
#include "vm/builtins/call.h"

#include <algorithm>

namespace pyvm {

namespace {

Value call_native(CallContext& context, const Builtin& builtin, const Arguments& arguments) {
  if (!builtin.function) raise(ExceptionKind::TypeError, "cannot create '{}' instances", builtin.name);
  return builtin.function(context, arguments);
}

// The object becomes the first argument. Few methods take more than three, so the array is usually on the stack.
Value call_method(CallContext& context, const BoundMethod& bound, const Arguments& arguments) {
  constexpr std::size_t few = 4;
  const std::size_t count = arguments.positional.size() + 1;
  Value on_stack[few];
  std::vector<Value> on_heap(count > few ? count : 0);
  Value* all = count > few ? on_heap.data() : on_stack;
  all[0] = bound.self;
  std::copy(arguments.positional.begin(), arguments.positional.end(), all + 1);
  return call_native(context, *bound.method, {std::span<const Value>(all, count), arguments.keywords});
}

} // namespace

bool is_builtin_callable(const Value& callee) {
  return callee.is(Tag::Builtin) || callee.is(Tag::Type) || callee.is(Tag::BoundMethod);
}

Value call_builtin(CallContext& context, const Value& callee, const Arguments& arguments) {
  switch (callee.tag()) {
  case Tag::Builtin:
  case Tag::Type:
    return call_native(context, callee.as<Builtin>(), arguments);
  case Tag::BoundMethod:
    return call_method(context, callee.as<BoundMethod>(), arguments);
  default:
    raise(ExceptionKind::TypeError, "'{}' object is not callable", type_name_of(callee));
  }
}

Value call_value(CallContext& context, const Value& callee, std::span<const Value> positional) {
  const Arguments arguments{positional, {}};
  if ((callee.is(Tag::Function) || callee.is(Tag::Kernel)) && context.call)
    return context.call(context, callee, arguments);
  return call_builtin(context, callee, arguments);
}

} // namespace pyvm
