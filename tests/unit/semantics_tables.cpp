// Guest arithmetic as a text filter, for tests/python/test_promotion_peers.py. Without arguments it prints the
// promotion tables, a row a line. With `eval` it answers each line of standard input with one line. Words are separated
// by spaces; values are raw bits in hexadecimal, text is UTF-8 in hexadecimal ("-" when empty); refused is "-".
//
//   njit|njit-array|numpy OP KIND BITS KIND BITS    -> KIND BITS      the promotion, applied
//   njit-compare|numpy-compare OP KIND BITS KIND BITS -> 0 or 1
//   njit-unary|njit-array-unary OP KIND BITS        -> KIND BITS
//   njit-abs KIND BITS                              -> KIND BITS
//   convert KIND BITS KIND                          -> BITS
//   pow-literal|numpy-power KIND BITS N             -> BITS           N of numpy-power is a decimal number
//   math|libm NAME KIND BITS BITS                   -> BITS
//   round BITS DIGITS                               -> BITS           round(x, digits)
//   int trunc|floor|ceil|round BITS                 -> value, nan or overflow
//   repr KIND BITS                                  -> text
//   positional|scientific KIND BITS DECIMALS        -> text
//   parse TEXT                                      -> BITS or -
//   format KIND BITS SPEC, format str TEXT SPEC     -> ok TEXT, ValueError TEXT or OverflowError TEXT

#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/float_text.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/promotion.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

using namespace pyvm;

namespace {

// ---- tables --------------------------------------------------------------------------------------------------------

std::string text_of(std::optional<Promotion> promotion) {
  if (!promotion) return "- -";
  return fmt::format("{} {}", name_of(promotion->operand), name_of(promotion->result));
}

// The kinds that a weak scalar can have, and those that an array can have.
template <typename F> void for_each_side(F f) {
  for (ScalarKind kind : all_scalar_kinds) f(kind, false);
  for (ScalarKind kind : {ScalarKind::Bool, ScalarKind::Int64, ScalarKind::Float64}) f(kind, true);
}

void print_numpy_pairs() {
  for_each_side([](ScalarKind a, bool a_weak) {
    for_each_side([=](ScalarKind b, bool b_weak) {
      if (a_weak && b_weak) return;
      std::string sides = fmt::format("{} {} {} {}", name_of(a), int{a_weak}, name_of(b), int{b_weak});
      for (BinaryOp op : all_binary_ops)
        fmt::print("numpy {} {} {}\n", name_of(op), sides, text_of(numpy_promotion(op, a, a_weak, b, b_weak)));
    });
  });
}

void print_math_kinds(ScalarKind a) {
  for (MathFunction function : all_math_functions) {
    if (arity_of(function) == 1) {
      fmt::print("math {} {} {}\n", name_of(function), name_of(a), name_of(math_kind(a)));
      fmt::print("ufunc {} {} {}\n", name_of(function), name_of(a), name_of(ufunc_math_kind(function, a)));
      continue;
    }
    for (ScalarKind b : all_scalar_kinds) {
      fmt::print("math {} {} {} {}\n", name_of(function), name_of(a), name_of(b), name_of(math_kind(function, a, b)));
      fmt::print("ufunc {} {} {} {}\n", name_of(function), name_of(a), name_of(b),
                 name_of(ufunc_math_kind(function, a, b)));
    }
  }
}

void print_tables() {
  for (ScalarKind a : all_scalar_kinds) {
    for (ScalarKind b : all_scalar_kinds) {
      for (BinaryOp op : all_binary_ops) {
        fmt::print("njit {} {} {} {}\n", name_of(op), name_of(a), name_of(b), text_of(njit_promotion(op, a, b)));
        fmt::print("njit-array {} {} {} {}\n", name_of(op), name_of(a), name_of(b),
                   text_of(njit_array_promotion(op, a, b)));
        const auto ufunc_kind = njit_ufunc(op, a, b);
        fmt::print("njit-ufunc {} {} {} {}\n", name_of(op), name_of(a), name_of(b),
                   ufunc_kind ? name_of(*ufunc_kind) : "-");
      }
      fmt::print("njit-ufunc-common {} {} {}\n", name_of(a), name_of(b), name_of(njit_ufunc_common(a, b)));
      fmt::print("njit-compare {} {} {}\n", name_of(a), name_of(b), name_of(njit_compare_operand(a, b)));
      fmt::print("njit-minmax {} {} {}\n", name_of(a), name_of(b), name_of(njit_min_max(a, b)));
    }
    for (UnaryOp op : all_unary_ops) {
      fmt::print("njit-unary {} {} {}\n", name_of(op), name_of(a), text_of(njit_unary(op, a)));
      fmt::print("njit-array-unary {} {} {}\n", name_of(op), name_of(a), text_of(njit_array_unary(op, a)));
      fmt::print("numpy-unary {} {} {}\n", name_of(op), name_of(a), text_of(numpy_unary(op, a)));
    }
    print_math_kinds(a);
    fmt::print("njit-abs {} {}\n", name_of(a), name_of(njit_abs(a)));
    fmt::print("numpy-sum {} {}\n", name_of(a), name_of(numpy_sum_kind(a)));
    auto function_kind = numpy_float_function_kind(a);
    fmt::print("numpy-function {} {}\n", name_of(a), function_kind ? name_of(*function_kind) : "-");
  }
  print_numpy_pairs();
}

// ---- evaluation ----------------------------------------------------------------------------------------------------

class Words {
public:
  explicit Words(const std::string& line) : stream_(line) {}

  std::string word() {
    std::string text;
    if (!(stream_ >> text)) throw std::runtime_error("a word is missing");
    return text;
  }
  ScalarKind kind() {
    auto found = kind_from_name(word());
    if (!found) throw std::runtime_error("not a kind");
    return *found;
  }
  ScalarBits bits() { return std::stoull(word(), nullptr, 16); }
  int64_t number() { return std::stoll(word()); }
  std::string text() {
    std::string hex = word();
    std::string decoded;
    for (size_t index = 0; hex != "-" && index < hex.size(); index += 2)
      decoded += static_cast<char>(std::stoi(hex.substr(index, 2), nullptr, 16));
    return decoded;
  }
  Scalar scalar() {
    ScalarKind its_kind = kind();
    return {its_kind, bits()};
  }

private:
  std::istringstream stream_;
};

template <typename Op, typename All> Op operator_named(const All& all, const std::string& name) {
  for (Op op : all)
    if (name_of(op) == name) return op;
  throw std::runtime_error("not an operator");
}

std::string text_of(Scalar value) { return fmt::format("{} {:x}", name_of(value.kind), value.bits); }

using Apply = ScalarBits (*)(BinaryOp, ScalarKind, ScalarBits, ScalarBits);

std::string evaluate_binary(std::optional<Promotion> promotion, BinaryOp op, Scalar a, Scalar b, Apply apply) {
  if (!promotion) return "-";
  ScalarKind operand = promotion->operand;
  ScalarBits bits = apply(op, operand, convert_scalar(a, operand).bits, convert_scalar(b, operand).bits);
  return text_of(convert_scalar({operand, bits}, promotion->result));
}

std::string evaluate_unary(std::optional<Promotion> promotion, UnaryOp op, Scalar a) {
  if (!promotion) return "-";
  ScalarBits bits = apply_unary(op, promotion->operand, convert_scalar(a, promotion->operand).bits);
  if (op == UnaryOp::Not) return text_of(Scalar{ScalarKind::Bool, bits});
  return text_of(convert_scalar({promotion->operand, bits}, promotion->result));
}

bool evaluate_comparison(bool mixed, ScalarKind operand, CompareOp op, Scalar a, Scalar b) {
  if (!mixed) return apply_compare(op, operand, convert_scalar(a, operand).bits, convert_scalar(b, operand).bits);
  if (a.kind == ScalarKind::UInt64) return compare_mixed(row_of(op).exchanged, static_cast<int64_t>(b.bits), a.bits);
  return compare_mixed(op, static_cast<int64_t>(a.bits), b.bits);
}

std::string text_of(CheckedInt checked) {
  if (checked.status == IntStatus::NotANumber) return "nan";
  return checked.status == IntStatus::Overflow ? "overflow" : std::to_string(checked.value);
}

std::string text_of(const FormatResult& result) {
  constexpr std::string_view names[] = {"ok", "ValueError", "OverflowError"};
  std::string text = fmt::format("{} ", names[static_cast<size_t>(result.status)]);
  for (char character : result.text) text += fmt::format("{:02x}", static_cast<unsigned char>(character));
  return result.text.empty() ? text + "-" : text;
}

std::string evaluate_format(Words& words) {
  std::string kind_name = words.word();
  if (kind_name == "str") {
    std::string value = words.text();
    return text_of(format_text(value, words.text()));
  }
  Scalar value{kind_from_name(kind_name).value(), words.bits()};
  std::string spec = words.text();
  switch (value.kind) {
  case ScalarKind::Bool:
    return text_of(format_bool(value.bits != 0, spec));
  case ScalarKind::Float64:
    return text_of(format_float(value.as<double>(), spec));
  case ScalarKind::UInt64:
    return text_of(format_uint(value.bits, spec));
  default:
    return text_of(format_int(value.as<int64_t>(), spec));
  }
}

std::string evaluate_checked_int(Words& words) {
  std::string how = words.word();
  double value = from_bits<double>(words.bits());
  if (how == "trunc") return text_of(checked_trunc(value));
  if (how == "floor") return text_of(checked_floor(value));
  return text_of(how == "ceil" ? checked_ceil(value) : checked_round(value));
}

std::string evaluate_text(const std::string& what, Words& words) {
  Scalar value = words.scalar();
  bool single = value.kind == ScalarKind::Float32;
  if (what == "repr") return single ? repr_of(value.as<float>()) : repr_of(value.as<double>());
  int decimals = static_cast<int>(words.number());
  if (what == "positional")
    return single ? positional_text(value.as<float>(), decimals) : positional_text(value.as<double>(), decimals);
  return single ? scientific_text(value.as<float>(), decimals) : scientific_text(value.as<double>(), decimals);
}

std::string evaluate_operator(const std::string& what, Words& words) {
  std::string name = words.word();
  if (what.ends_with("unary")) {
    UnaryOp op = operator_named<UnaryOp>(all_unary_ops, name);
    Scalar a = words.scalar();
    return evaluate_unary(what == "njit-unary" ? njit_unary(op, a.kind) : njit_array_unary(op, a.kind), op, a);
  }
  if (what.ends_with("compare")) {
    CompareOp op = operator_named<CompareOp>(all_compare_ops, name);
    Scalar a = words.scalar(), b = words.scalar();
    bool numpy = what == "numpy-compare";
    ScalarKind operand =
        numpy ? numpy_compare_operand(a.kind, false, b.kind, false) : njit_compare_operand(a.kind, b.kind);
    bool mixed = numpy && numpy_compare_is_mixed(a.kind, false, b.kind, false);
    return evaluate_comparison(mixed, operand, op, a, b) ? "1" : "0";
  }
  BinaryOp op = operator_named<BinaryOp>(all_binary_ops, name);
  Scalar a = words.scalar(), b = words.scalar();
  if (what == "njit") return evaluate_binary(njit_promotion(op, a.kind, b.kind), op, a, b, apply_binary);
  if (what == "njit-array") return evaluate_binary(njit_array_promotion(op, a.kind, b.kind), op, a, b, apply_binary);
  return evaluate_binary(numpy_promotion(op, a.kind, false, b.kind, false), op, a, b, apply_numpy_binary);
}

std::string evaluate_math(bool libm, Words& words) {
  MathFunction function = math_function_from_name(words.word()).value();
  Scalar a = words.scalar();
  ScalarBits b = words.bits();
  ScalarBits bits = libm ? apply_libm(function, a.kind, a.bits, b) : apply_math(function, a.kind, a.bits, b);
  return fmt::format("{:x}", bits);
}

std::string evaluate(const std::string& line) {
  Words words(line);
  std::string what = words.word();
  if (what == "convert") {
    Scalar value = words.scalar();
    return fmt::format("{:x}", convert_scalar(value, words.kind()).bits);
  }
  if (what == "pow-literal") {
    Scalar value = words.scalar();
    return fmt::format("{:x}", apply_pow_literal(value.kind, value.bits, words.number()));
  }
  if (what == "numpy-power") {
    Scalar value = words.scalar();
    return fmt::format("{:x}", apply_numpy_power_by_scalar(value.kind, value.bits, std::stod(words.word())));
  }
  if (what == "njit-abs") {
    Scalar value = words.scalar();
    ScalarKind kind = njit_abs(value.kind);
    return text_of(Scalar{kind, apply_abs(kind, convert_scalar(value, kind).bits)});
  }
  if (what == "round") {
    double value = from_bits<double>(words.bits());
    return fmt::format("{:x}", to_bits(round_to_digits(value, words.number())));
  }
  if (what == "parse") {
    auto value = parse_float(words.text());
    return value ? fmt::format("{:x}", to_bits(*value)) : "-";
  }
  if (what == "math" || what == "libm") return evaluate_math(what == "libm", words);
  if (what == "int") return evaluate_checked_int(words);
  if (what == "format") return evaluate_format(words);
  if (what == "repr" || what == "positional" || what == "scientific") return evaluate_text(what, words);
  return evaluate_operator(what, words);
}

int evaluate_lines() {
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      fmt::print("{}\n", evaluate(line));
    } catch (const std::exception& error) {
      fmt::print(stderr, "cannot evaluate '{}': {}\n", line, error.what());
      return 1;
    }
  }
  return 0;
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc == 1) {
    print_tables();
    return 0;
  }
  if (argc == 2 && std::string_view(argv[1]) == "eval") return evaluate_lines();
  fmt::print(stderr, "usage: pyvm-semantics-tables [eval]\n");
  return 2;
}
