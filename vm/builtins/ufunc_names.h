// NumPy's names of the operators' ufuncs, as its error messages show them.
#pragma once

#include <string_view>

#include "vm/semantics/operators.h"

namespace pyvm {

constexpr std::string_view ufunc_name(BinaryOp op) {
  switch (op) {
  case BinaryOp::Add:
    return "add";
  case BinaryOp::Sub:
    return "subtract";
  case BinaryOp::Mul:
    return "multiply";
  case BinaryOp::TrueDiv:
    return "divide";
  case BinaryOp::FloorDiv:
    return "floor_divide";
  case BinaryOp::Mod:
    return "remainder";
  case BinaryOp::Pow:
    return "power";
  case BinaryOp::LShift:
    return "left_shift";
  case BinaryOp::RShift:
    return "right_shift";
  case BinaryOp::BitAnd:
    return "bitwise_and";
  case BinaryOp::BitOr:
    return "bitwise_or";
  case BinaryOp::BitXor:
    return "bitwise_xor";
  case BinaryOp::MatMul:
    return "matmul";
  }
  return "";
}

constexpr std::string_view ufunc_name(UnaryOp op) {
  switch (op) {
  case UnaryOp::Neg:
    return "negative";
  case UnaryOp::Pos:
    return "positive";
  case UnaryOp::Invert:
    return "invert";
  case UnaryOp::Not:
    return "logical_not";
  }
  return "";
}

constexpr std::string_view ufunc_name(CompareOp op) {
  switch (op) {
  case CompareOp::Lt:
    return "less";
  case CompareOp::Le:
    return "less_equal";
  case CompareOp::Gt:
    return "greater";
  case CompareOp::Ge:
    return "greater_equal";
  case CompareOp::Eq:
    return "equal";
  case CompareOp::Ne:
    return "not_equal";
  default:
    return "";
  }
}

} // namespace pyvm
