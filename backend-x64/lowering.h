#pragma once
// The lowering table of lowering.def. Included by the files that lower, nowhere else.

#include "backend-x64/generator.h"

namespace pyvm::x64 {

struct LoweringRow {
  Op op;
  void (Generator::*lower)(const Instruction&);
  InstId gp;
  FloatForms floats;
  InstId vector512, vector256;
};

struct Lowering {
#define FLOAT(Stem, stem)                                                                                              \
  FloatForms {                                                                                                         \
    Id::kId##Stem##sd, Id::kId##Stem##ss, Id::kIdV##stem##sd, Id::kIdV##stem##ss, Id::kIdV##stem##pd,                  \
        Id::kIdV##stem##ps                                                                                             \
  }
#define NO_FLOAT                                                                                                       \
  FloatForms { Id::kIdNone, Id::kIdNone, Id::kIdNone, Id::kIdNone, Id::kIdNone, Id::kIdNone }
#define LOWER(op, function, gp, floats, v512, v256)                                                                    \
  LoweringRow{Op::op, &Generator::function, Id::kId##gp, floats, Id::kId##v512, Id::kId##v256},
  static constexpr LoweringRow rows[] = {
#include "backend-x64/lowering.def"
  };
#undef LOWER
#undef NO_FLOAT
#undef FLOAT

  static constexpr const LoweringRow& of(Op op) { return rows[static_cast<std::size_t>(op)]; }

  static constexpr bool complete() {
    constexpr Op all[] = {
#define OP(name, text, operands, result, effects, meaning) Op::name,
#include "tracer/ir/ir_ops.def"
#undef OP
    };
    if (std::size(all) != std::size(rows)) return false;
    for (std::size_t k = 0; k < std::size(all); ++k)
      if (rows[k].op != all[k]) return false;
    return true;
  }
};
static_assert(Lowering::complete(), "lowering.def has one row for each op of ir_ops.def, in its order");

} // namespace pyvm::x64
