// One region in, one sealed mapping of machine code out: refuse, generate, place at the final address, seal.

#include "backend-x64/code_generator.h"

#include "backend-x64/code_memory.h"
#include "backend-x64/generator.h"
#include "vm/support/assert.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace pyvm::x64 {
namespace {

using ir::CodeRefusal;
using ir::Compiled;
using ir::CompileOptions;
using ir::CompileResult;
using ir::Region;

// An instruction that asmjit refuses is a bug of ours: keep its words for the assertion.
class FirstError : public asmjit::ErrorHandler {
public:
  void handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) override {
    if (text_.empty()) text_ = message;
  }
  const std::string& text() const { return text_; }

private:
  std::string text_;
};

constexpr Costs every_family[] = {costs_of(CpuFamily::Zen4), costs_of(CpuFamily::CascadeLake),
                                  costs_of(CpuFamily::Other)};

class X64CodeGenerator final : public ir::CodeGenerator {
public:
  explicit X64CodeGenerator(CpuFamily family) : costs_(costs_of(family)) {}

  Isa widest_isa() const override { return host_isa(); }

  CompileResult compile(const Region& region, const CompileOptions& options) override {
    auto started = std::chrono::steady_clock::now();
    PYVM_ASSERT(options.isa <= host_cpu().isa, "code was asked for that this CPU cannot run");
    if (std::optional<CodeRefusal> refusal = Generator::refusal(region, options.isa)) return {std::nullopt, *refusal};
    CompileResult result = assemble(region, options);
    if (result.code) {
      auto took = std::chrono::steady_clock::now() - started;
      result.code->microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    }
    return result;
  }

  // What goes one by one under a mask goes by way of the stack (lower_masked.cpp), else it is inserted.
  ir::MaskCosts mask_costs(Isa isa, int cost_column) const override {
    const Costs& costs = column(cost_column);
    if (isa == Isa::Scalar) return {};
    if (isa == Isa::Avx2)
      return {.store = costs.masked_store_4 - costs.store_4,
              .narrow_load = costs.masked_loads_4 - 1,
              .strided_load = costs.masked_loads_4 - costs.inserts_4,
              .gather = std::max(0.0, costs.gather_4 - costs.inserts_4 - costs.index_extracts_4)};
    return {.strided_load = costs.masked_loads_8 - costs.inserts_8,
            .gather = std::max(0.0, costs.gather_8 - costs.inserts_8 - costs.index_extracts_8)};
  }

private:
  const Costs& column(int number) const {
    return number > 0 ? every_family[static_cast<std::size_t>(number - 1) % std::size(every_family)] : costs_;
  }

  CompileResult assemble(const Region& region, const CompileOptions& options) const {
    asmjit::CodeHolder holder;
    FirstError error;
    asmjit::StringLogger logger;
    holder.init(asmjit::Environment::host());
    holder.setErrorHandler(&error);
    if (options.want_listing) {
      logger.setIndentation(asmjit::FormatIndentationGroup::kCode, 4);
      holder.setLogger(&logger);
    }
    x86::Compiler compiler(&holder);
    Generator generator(region, options, column(options.cost_column), compiler);
    generator.generate();
    compiler.finalize();
    PYVM_ASSERT(error.text().empty(), "asmjit: " + error.text() + " in the code of " + region.name);
    CompileResult result = place(holder);
    if (result.code) result.code->runs_blocks = generator.runs_blocks();
    if (result.code && options.want_listing) result.code->listing.assign(logger.data(), logger.dataSize());
    return result;
  }

  static CompileResult place(asmjit::CodeHolder& holder) {
    holder.flatten();
    holder.resolveUnresolvedLinks();
    std::shared_ptr<CodeMemory> memory = CodeMemory::reserve(holder.codeSize());
    if (!memory) return {std::nullopt, CodeRefusal::NoMemory};
    asmjit::Error error = holder.relocateToBase(reinterpret_cast<std::uint64_t>(memory->address()));
    PYVM_ASSERT(error == asmjit::kErrorOk, "generated code could not be relocated");
    std::size_t bytes = holder.codeSize();
    holder.copyFlattenedData(memory->address(), memory->bytes());
    if (!memory->seal()) return {std::nullopt, CodeRefusal::NoMemory};
    Compiled code;
    code.entry = reinterpret_cast<ir::RegionCode>(memory->address());
    code.code_bytes = bytes;
    code.memory = std::move(memory);
    return {std::move(code), {}};
  }

  const Costs costs_;
};

} // namespace

std::unique_ptr<ir::CodeGenerator> make_code_generator(CpuFamily family) {
  return std::make_unique<X64CodeGenerator>(family);
}

} // namespace pyvm::x64
