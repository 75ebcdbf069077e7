#include "tracer/nest/prices.h"

namespace pyvm::tracer::nest {

using ir::Op;

double price(const ir::Instruction& it) {
  switch (it.op) {
  case Op::Div:
    return 6;
  case Op::FloorDiv:
  case Op::FloorMod:
  case Op::UDiv:
  case Op::UMod:
    return 20;
  case Op::Pow:
    return 40;
  case Op::Math:
    return 25;
  case Op::Index:
    return 2;
  case Op::Const:
  case Op::Param:
  case Op::Begin:
  case Op::End:
  case Op::ArrayRef:
  case Op::Dim:
  case Op::Iota:
  case Op::Splat:
  case Op::Yield:
    return 0;
  default:
    return 1;
  }
}

} // namespace pyvm::tracer::nest
