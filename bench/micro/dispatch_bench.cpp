// What the interpreter costs by itself, without the tracer: an opcode of a few loops (given as items a second, one item
// an iteration), and a call of a kernel from C++ and from guest code.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "vm/builtins/modules.h"
#include "vm/compile/compiler.h"
#include "vm/interp/interpreter.h"
#include "vm/object/array.h"
#include "vm/syntax/parser.h"

namespace {

using namespace pyvm;

class Names final : public NameResolver {
public:
  explicit Names(Ref<Module> globals) : globals_(std::move(globals)) {}
  std::optional<Value> resolve(const std::string& name) override {
    for (Module* module : {globals_.get(), builtins_module().get()})
      if (auto found = module->members.find(name); found != module->members.end()) return found->second;
    return std::nullopt;
  }

private:
  Ref<Module> globals_;
};

// The last function of the text as a kernel; the functions before it are kernels that it may call.
Value kernel_of(const std::string& text) {
  static int count = 0;
  const auto source = std::make_shared<SourceText>("bench" + std::to_string(count++) + ".py", text);
  auto globals = make<Module>("__main__");
  Interpreter::current().run_module(compile_module(syntax::parse_module(source)), *globals);
  Value kernel;
  for (const std::string name : {"helper", "kernel"}) {
    const auto found = globals->members.find(name);
    if (found == globals->members.end()) continue;
    Ref<Function> python(&found->second.as<Function>());
    auto made = make<Kernel>();
    made->name = name;
    made->python_function = Value(python);
    made->compile = [python, globals](Kernel&) {
      Names names(globals);
      auto function = make<Function>();
      function->code = compile_njit(tree_of(static_cast<const Code&>(*python->code)), KernelOptions(), names);
      function->name = function->qualified_name = python->name;
      function->globals = globals;
      return function;
    };
    made->make_immortal();
    kernel = globals->members[name] = Value(made);
  }
  return kernel;
}

constexpr std::int64_t iterations = 10'000;

void loop(benchmark::State& state, const std::string& text) {
  const Value kernel = kernel_of(text);
  const Value argument = Value::integer(iterations);
  const Arguments arguments{{&argument, 1}, {}};
  for (auto _ : state) benchmark::DoNotOptimize(Interpreter::current().call(kernel, arguments, Dialect::Njit));
  state.SetItemsProcessed(state.iterations() * iterations);
}

BENCHMARK_CAPTURE(loop, empty, "def kernel(n):\n    for i in range(n):\n        pass\n");
BENCHMARK_CAPTURE(loop, add_ints, "def kernel(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n");
BENCHMARK_CAPTURE(
    loop, float_arithmetic,
    "def kernel(n):\n    x = 0.5\n    for i in range(n):\n        x = 3.7 * x * (1.0 - x)\n    return x\n");
BENCHMARK_CAPTURE(loop, branches,
                  "def kernel(n):\n    s = 0\n    for i in range(n):\n        if i % 3 == 0:\n            s += 1\n"
                  "        elif i % 3 == 1:\n            s -= 1\n    return s\n");
BENCHMARK_CAPTURE(loop, kernel_calls,
                  "def helper(x):\n    return x\n"
                  "def kernel(n):\n    for i in range(n):\n        helper(i)\n");

// From C++: what the doors pay below themselves.
void call_of_an_empty_kernel(benchmark::State& state) {
  const Value kernel = kernel_of("def kernel(a, b, c):\n    return None\n");
  const Value values[] = {Value::floating(0.5), Value::integer(1), Value::integer(2)};
  const Arguments arguments{values, {}};
  for (auto _ : state) benchmark::DoNotOptimize(Interpreter::current().call(kernel, arguments, Dialect::Njit));
}
BENCHMARK(call_of_an_empty_kernel);

} // namespace

BENCHMARK_MAIN();
