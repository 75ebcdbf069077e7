// The tracer's door to machine code: what a code generator takes, gives and may refuse. backend-x64 implements it and
// the engine hands it to the tracer, so that the tracer names no machine.
//
// A code generator is safe to call from several threads. It takes a verified region of one lane count: 1, or
// lanes_of(isa) for an Isa that this CPU has. Code of a narrower Isa may always be asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tracer/ir/ir.h"
#include "tracer/ir/region_abi.h"

namespace pyvm::ir {

// Ordered: each has all that the one before it has.
enum class Isa : std::uint8_t { Scalar, Avx2, Avx512 };

// 64-bit elements in one vector.
constexpr int lanes_of(Isa isa) { return isa == Isa::Avx512 ? 8 : isa == Isa::Avx2 ? 4 : 1; }
constexpr std::string_view name_of(Isa isa) {
  return isa == Isa::Avx512 ? "avx512" : isa == Isa::Avx2 ? "avx2" : "scalar";
}

struct CompileOptions {
  Isa isa = Isa::Scalar;
  // Stress: values that are never needed take most registers, so that the others are spilled.
  bool few_registers = false;
  bool want_listing = false;
  // The code shall run several blocks in one go, if it can (RegionContext::blocks).
  bool runs_blocks = false;
  // Stress: this column of the machine's cost table, from 1, counted round; 0: this CPU's.
  int cost_column = 0;
};

// Why a region has no machine code, one row each: enumerator, name, a sentence for `explain`.
#define PYVM_CODE_REFUSALS(ROW)                                                                                        \
  ROW(LaneCount, "lane-count", "the region's vectors are not of a width that was asked for")                           \
  ROW(TooLarge, "too-large", "the loop is too large to compile")                                                       \
  ROW(NoMemory, "no-memory", "the system gave no memory for machine code")

enum class CodeRefusal : std::uint8_t {
#define PYVM_ROW(enumerator, name, sentence) enumerator,
  PYVM_CODE_REFUSALS(PYVM_ROW)
#undef PYVM_ROW
};

constexpr std::string_view name_of(CodeRefusal refusal) {
  constexpr std::string_view names[] = {
#define PYVM_ROW(enumerator, name, sentence) name,
      PYVM_CODE_REFUSALS(PYVM_ROW)
#undef PYVM_ROW
  };
  return names[static_cast<std::size_t>(refusal)];
}

constexpr std::string_view sentence_of(CodeRefusal refusal) {
  constexpr std::string_view sentences[] = {
#define PYVM_ROW(enumerator, name, sentence) sentence,
      PYVM_CODE_REFUSALS(PYVM_ROW)
#undef PYVM_ROW
  };
  return sentences[static_cast<std::size_t>(refusal)];
}

// Machine code of one region. The memory goes when the last copy of `memory` does; no thread may be inside by then.
struct Compiled {
  RegionCode entry = nullptr;
  std::size_t code_bytes = 0;
  bool runs_blocks = false;
  std::int64_t microseconds = 0; // that compiling took
  std::string listing;           // assembly with the IR's lines as comments; empty unless it was asked for
  std::shared_ptr<const void> memory;
};

struct CompileResult {
  std::optional<Compiled> code;
  CodeRefusal refusal = CodeRefusal::TooLarge; // when there is no code
  explicit operator bool() const { return code.has_value(); }
};

// What a mask adds to one vector access, in cycles: plans weigh with it whether code without masks is worth having.
struct MaskCosts {
  double store = 0;        // to neighbours, of 4 or 8 bytes
  double narrow_load = 0;  // of neighbours that are smaller than that
  double strided_load = 0; // of elements with a distance, or of small ones anywhere
  double gather = 0;       // of elements of 4 or 8 bytes anywhere
};

class CodeGenerator {
public:
  virtual ~CodeGenerator() = default;
  // The widest Isa of this CPU and operating system, capped by PYVM_ISA.
  virtual Isa widest_isa() const = 0;
  virtual CompileResult compile(const Region& region, const CompileOptions& options) = 0;
  // `cost_column` as in CompileOptions.
  virtual MaskCosts mask_costs(Isa isa, int cost_column = 0) const = 0;
};

} // namespace pyvm::ir
