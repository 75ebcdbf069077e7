#pragma once
// The guest's operators as enumerators with their spelling and their special method names (from operators.def).
// Assumes nothing of the operands: what an operator means for scalars stands in arithmetic.h, which kinds it takes
// and gives in promotion.h.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pyvm {

enum class BinaryOp : uint8_t {
#define PYVM_BINARY_OP(enumerator, symbol, dunder, reflected, in_place) enumerator,
#include "vm/semantics/operators.def"
};

enum class UnaryOp : uint8_t {
#define PYVM_UNARY_OP(enumerator, symbol, dunder) enumerator,
#include "vm/semantics/operators.def"
};

enum class CompareOp : uint8_t {
#define PYVM_COMPARE_OP(enumerator, symbol, dunder, exchanged) enumerator,
#include "vm/semantics/operators.def"
};

inline constexpr std::array all_binary_ops = {
#define PYVM_BINARY_OP(enumerator, symbol, dunder, reflected, in_place) BinaryOp::enumerator,
#include "vm/semantics/operators.def"
};
inline constexpr std::array all_unary_ops = {
#define PYVM_UNARY_OP(enumerator, symbol, dunder) UnaryOp::enumerator,
#include "vm/semantics/operators.def"
};
inline constexpr std::array all_compare_ops = {
#define PYVM_COMPARE_OP(enumerator, symbol, dunder, exchanged) CompareOp::enumerator,
#include "vm/semantics/operators.def"
};

struct BinaryOpRow {
  std::string_view name;
  std::string_view symbol;
  std::string_view dunder;
  std::string_view reflected_dunder;
  std::string_view in_place_dunder;
};
inline constexpr BinaryOpRow binary_op_rows[] = {
#define PYVM_BINARY_OP(enumerator, symbol, dunder, reflected, in_place)                                                \
  {#enumerator, symbol, dunder, reflected, in_place},
#include "vm/semantics/operators.def"
};

struct UnaryOpRow {
  std::string_view name;
  std::string_view symbol;
  std::string_view dunder;
};
inline constexpr UnaryOpRow unary_op_rows[] = {
#define PYVM_UNARY_OP(enumerator, symbol, dunder) {#enumerator, symbol, dunder},
#include "vm/semantics/operators.def"
};

struct CompareOpRow {
  std::string_view name;
  std::string_view symbol;
  std::string_view dunder;
  CompareOp exchanged;
};
inline constexpr CompareOpRow compare_op_rows[] = {
#define PYVM_COMPARE_OP(enumerator, symbol, dunder, exchanged) {#enumerator, symbol, dunder, CompareOp::exchanged},
#include "vm/semantics/operators.def"
};

constexpr const BinaryOpRow& row_of(BinaryOp op) { return binary_op_rows[static_cast<size_t>(op)]; }
constexpr const UnaryOpRow& row_of(UnaryOp op) { return unary_op_rows[static_cast<size_t>(op)]; }
constexpr const CompareOpRow& row_of(CompareOp op) { return compare_op_rows[static_cast<size_t>(op)]; }

constexpr std::string_view name_of(BinaryOp op) { return row_of(op).name; }
constexpr std::string_view name_of(UnaryOp op) { return row_of(op).name; }
constexpr std::string_view name_of(CompareOp op) { return row_of(op).name; }
constexpr std::string_view symbol_of(BinaryOp op) { return row_of(op).symbol; }
constexpr std::string_view symbol_of(UnaryOp op) { return row_of(op).symbol; }
constexpr std::string_view symbol_of(CompareOp op) { return row_of(op).symbol; }

constexpr bool is_shift(BinaryOp op) { return op == BinaryOp::LShift || op == BinaryOp::RShift; }
constexpr bool is_bitwise(BinaryOp op) {
  return op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor;
}
// Lt to Ne: the comparisons that scalars of unlike kinds can be converted for.
constexpr bool is_value_comparison(CompareOp op) { return op <= CompareOp::Ne; }

} // namespace pyvm
