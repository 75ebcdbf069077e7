// Python's builtin functions, but those that are classes (types.cpp).
#include <cmath>

#include "vm/builtins/arguments.h"
#include "vm/builtins/attributes.h"
#include "vm/builtins/call.h"
#include "vm/builtins/code_points.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/output.h"
#include "vm/builtins/text.h"
#include "vm/builtins/types.h"
#include "vm/semantics/arithmetic.h"
#include "vm/support/utf8.h"

namespace pyvm::native {

namespace {

// sep= and end= of print.
std::string text_or(const Value& value, const char* name, const char* otherwise) {
  if (value.is_unbound() || value.is(Tag::None)) return otherwise;
  if (!value.is(Tag::Str))
    raise(ExceptionKind::TypeError, "{} must be None or a string, not {}", name, type_name_of(value));
  return value.as<Str>().text;
}

struct Extremes {
  const char* name;
  CompareOp better;
};

// Inside njit the candidates are converted to their common kind, `max(s, x)` being x > s ? x : s.
Value njit_extreme(const Value& best, const Value& candidate, bool largest) {
  const ScalarKind kind = njit_min_max(best.scalar_kind(), candidate.scalar_kind());
  const ScalarBits s = convert_bits(best.bits(), best.scalar_kind(), kind);
  const ScalarBits x = convert_bits(candidate.bits(), candidate.scalar_kind(), kind);
  return Value::njit_scalar(kind, largest ? apply_max(kind, s, x) : apply_min(kind, s, x));
}

Value extreme(CallContext& context, const Arguments& arguments, const Extremes& which) {
  Value key, otherwise;
  for (const Keyword& keyword : arguments.keywords) {
    if (keyword.name == "key")
      key = keyword.value.is(Tag::None) ? Value() : keyword.value;
    else if (keyword.name == "default")
      otherwise = keyword.value;
    else
      raise(ExceptionKind::TypeError, "'{}' is an invalid keyword argument for {}()", keyword.name, which.name);
  }
  if (arguments.positional.empty())
    raise(ExceptionKind::TypeError, "{} expected at least 1 argument, got 0", which.name);
  const bool several = arguments.positional.size() > 1;
  if (several && !otherwise.is_unbound())
    raise(ExceptionKind::TypeError, "Cannot specify a default for {}() with multiple positional arguments", which.name);
  const std::vector<Value> candidates =
      several ? std::vector<Value>(arguments.positional.begin(), arguments.positional.end())
              : collected(context, arguments.positional[0]);
  if (candidates.empty()) {
    if (!otherwise.is_unbound()) return otherwise;
    raise(ExceptionKind::ValueError, "{}() arg is an empty sequence", which.name);
  }
  auto key_of = [&](const Value& value) {
    return key.is_unbound() ? value : call_value(context, key, std::span(&value, 1));
  };
  Value best = candidates[0], best_key = key_of(best);
  for (std::size_t k = 1; k < candidates.size(); ++k) {
    const Value& candidate = candidates[k];
    if (context.dialect == Dialect::Njit && key.is_unbound() && best.is_number() && candidate.is_number()) {
      best = best_key = njit_extreme(best, candidate, which.better == CompareOp::Gt);
      continue;
    }
    const Value candidate_key = key_of(candidate);
    if (!truth(context, compare(context, which.better, candidate_key, best_key))) continue;
    best = candidate;
    best_key = candidate_key;
  }
  return best;
}

// ---- round ---------------------------------------------------------------------------------------------------------

Value rounded_to_int(const CallContext& context, const Value& number) {
  if (!is_float(number.scalar_kind())) return Value::integer(number.as_int());
  const double value = number_as_double(number);
  checked_int64(context, value);
  return Value::integer(checked_round(value).value);
}

// Half to even at 10**-digits, digits < 0.
std::int64_t rounded_int(std::int64_t value, std::int64_t digits) {
  if (digits < -19) return 0;
  __int128 unit = 1;
  for (; digits < 0; ++digits) unit *= 10;
  __int128 quotient = value / unit, rest = value % unit;
  if (rest < 0) {
    rest += unit;
    --quotient;
  }
  if (2 * rest > unit || (2 * rest == unit && quotient % 2 != 0)) ++quotient;
  const __int128 result = quotient * unit;
  if (result != static_cast<std::int64_t>(result)) raise_int_too_large();
  return static_cast<std::int64_t>(result);
}

Value rounded_to_digits(const CallContext& context, const Value& number, std::int64_t digits) {
  const ScalarKind kind = number.scalar_kind();
  if (!is_float(kind)) {
    const std::int64_t whole = digits >= 0 ? number.as_int() : rounded_int(number.as_int(), digits);
    return number.is_numpy_scalar()
               ? dialect_scalar(context, kind, convert_bits(to_bits(whole), ScalarKind::Int64, kind))
               : Value::integer(whole);
  }
  const double value = number_as_double(number), result = round_to_digits(value, digits);
  if (std::isinf(result) && std::isfinite(value))
    raise(ExceptionKind::OverflowError, "rounded value too large to represent");
  if (!number.is_numpy_scalar()) return Value::floating(result);
  return dialect_scalar(context, kind, convert_bits(to_bits(result), ScalarKind::Float64, kind));
}

// ---- bin, oct, hex -------------------------------------------------------------------------------------------------

Value in_base(CallContext& context, const Arguments& arguments, const char* name, const char* spec) {
  const std::int64_t value = index_of(one_argument(arguments, name));
  return make_str(format_value(context, Value::integer(value), spec));
}

bool matches_class(const Value& value, const Value& classes) {
  if (classes.is(Tag::Type)) return classes.as<TypeObject>().is_instance(value);
  if (classes.is(Tag::Tuple)) {
    for (const Value& one : classes.as<Tuple>().items)
      if (matches_class(value, one)) return true;
    return false;
  }
  raise(ExceptionKind::TypeError, "isinstance() arg 2 must be a type, a tuple of types, or a union");
}

} // namespace

Value print(CallContext& context, const Arguments& arguments) {
  Value separator, end, file, flush;
  for (const Keyword& keyword : arguments.keywords) {
    if (keyword.name == "sep")
      separator = keyword.value;
    else if (keyword.name == "end")
      end = keyword.value;
    else if (keyword.name == "file")
      file = keyword.value;
    else if (keyword.name == "flush")
      flush = keyword.value;
    else
      raise(ExceptionKind::TypeError, "'{}' is an invalid keyword argument for print()", keyword.name);
  }
  const std::string between = text_or(separator, "sep", " "), behind = text_or(end, "end", "\n");
  bool standard_error = false;
  if (!file.is_unbound() && !file.is(Tag::None)) {
    if (!is_output_stream(file))
      raise(ExceptionKind::AttributeError, "'{}' object has no attribute 'write'", type_name_of(file));
    standard_error = static_cast<OutputStream&>(file.as<NativeObject>()).standard_error;
  }
  std::string text;
  for (std::size_t k = 0; k < arguments.positional.size(); ++k) {
    if (k) text += between;
    text += str_of(context, arguments.positional[k]);
  }
  write_output(text + behind, standard_error);
  if (!flush.is_unbound() && truth(context, flush)) flush_output(standard_error);
  return Value::none();
}

Value len(CallContext& context, const Arguments& arguments) {
  return Value::integer(length_of(context, one_argument(arguments, "len")));
}

Value abs(CallContext& context, const Arguments& arguments) {
  return absolute_of(context, one_argument(arguments, "abs"));
}

Value min(CallContext& context, const Arguments& arguments) {
  return extreme(context, arguments, {"min", CompareOp::Lt});
}
Value max(CallContext& context, const Arguments& arguments) {
  return extreme(context, arguments, {"max", CompareOp::Gt});
}

Value sum(CallContext& context, const Arguments& arguments) {
  if (arguments.positional.empty())
    raise(ExceptionKind::TypeError, "sum() takes at least 1 positional argument (0 given)");
  const BoundArguments bound(arguments, "sum", "iterable start?");
  Value total = bound[1].is_unbound() ? Value::integer(0) : bound[1];
  if (total.is(Tag::Str)) raise(ExceptionKind::TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
  const Ref<Iterator> items = iterate(context, bound[0]);
  for (Value item; items->next(item);) total = binary(context, BinaryOp::Add, total, item);
  return total;
}

Value round(CallContext& context, const Arguments& arguments) {
  const std::size_t given = arguments.positional.size() + arguments.keywords.size();
  if (given == 0) raise(ExceptionKind::TypeError, "round() missing required argument 'number' (pos 1)");
  if (given > 2) raise(ExceptionKind::TypeError, "round() takes at most 2 arguments ({} given)", given);
  const BoundArguments bound(arguments, "round", "number ndigits?");
  const Value& number = bound[0];
  if (!number.is_number() || number.is(Tag::NpBool))
    raise(ExceptionKind::TypeError, "type {} doesn't define __round__ method", type_name_of(number));
  if (!bound.has(1)) return rounded_to_int(context, number);
  const std::int64_t digits = index_of(bound[1]);
  // NumPy's float scalars round as np.round does.
  if (number.is_numpy_scalar() && is_float(number.scalar_kind()) && context.dialect == Dialect::Python)
    return numpy_round(context, arguments);
  return rounded_to_digits(context, number, digits);
}

Value pow(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "pow", "base exp mod?");
  if (!bound.has(2)) return binary(context, BinaryOp::Pow, bound[0], bound[1]);
  const std::int64_t base = index_of(bound[0]), exponent = index_of(bound[1]), modulus = index_of(bound[2]);
  if (modulus == 0) raise(ExceptionKind::ValueError, "pow() 3rd argument cannot be 0");
  if (exponent < 0)
    raise(ExceptionKind::NotImplementedError, "pyvm: pow() to a negative power with a modulus is not supported yet");
  __int128 result = 1, square = base % modulus;
  for (std::int64_t rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result = result * square % modulus;
    square = square * square % modulus;
  }
  return Value::integer(modulo(static_cast<std::int64_t>(result % modulus), modulus));
}

Value divmod(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "divmod", 2, 2);
  const Value &a = arguments.positional[0], &b = arguments.positional[1];
  Value quotient = binary(context, BinaryOp::FloorDiv, a, b);
  return make_tuple({std::move(quotient), binary(context, BinaryOp::Mod, a, b)});
}

Value isinstance(CallContext&, const Arguments& arguments) {
  check_positional(arguments, "isinstance", 2, 2);
  return Value::boolean(matches_class(arguments.positional[0], arguments.positional[1]));
}

Value enumerate(CallContext& context, const Arguments& arguments) {
  if (arguments.positional.empty() && arguments.keywords.empty())
    raise(ExceptionKind::TypeError, "enumerate() missing required argument 'iterable'");
  const BoundArguments bound(arguments, "enumerate", "iterable start?");
  return Value(enumerate_values(context, bound[0], bound[1].is_unbound() ? 0 : index_of(bound[1])));
}

Value zip(CallContext& context, const Arguments& arguments) {
  refuse_keywords(arguments, "zip");
  return Value(zip_values(context, arguments.positional));
}

Value reversed(CallContext& context, const Arguments& arguments) {
  return Value(reversed_values(context, one_argument(arguments, "reversed")));
}

Value iter(CallContext& context, const Arguments& arguments) {
  return Value(iterate(context, one_argument(arguments, "iter")));
}

Value next(CallContext&, const Arguments& arguments) {
  check_positional(arguments, "next", 1, 2);
  const Value& iterator = arguments.positional[0];
  if (!iterator.is(Tag::Iterator))
    raise(ExceptionKind::TypeError, "'{}' object is not an iterator", type_name_of(iterator));
  advances(iterator.as<Iterator>());
  Value item;
  if (iterator.as<Iterator>().next(item)) return item;
  if (arguments.positional.size() == 2) return arguments.positional[1];
  throw GuestError(ExceptionKind::StopIteration, "");
}

Value any(CallContext& context, const Arguments& arguments) {
  const Ref<Iterator> items = iterate(context, one_argument(arguments, "any"));
  for (Value item; items->next(item);)
    if (truth(context, item)) return Value::boolean(true);
  return Value::boolean(false);
}

Value all(CallContext& context, const Arguments& arguments) {
  const Ref<Iterator> items = iterate(context, one_argument(arguments, "all"));
  for (Value item; items->next(item);)
    if (!truth(context, item)) return Value::boolean(false);
  return Value::boolean(true);
}

Value repr(CallContext& context, const Arguments& arguments) {
  return make_str(repr_of(context, one_argument(arguments, "repr")));
}

Value format(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "format", 1, 2);
  const bool has_spec = arguments.positional.size() == 2;
  const std::string spec = has_spec ? text_of_argument(arguments.positional[1], "format() argument 2") : "";
  return make_str(format_value(context, arguments.positional[0], spec));
}

Value id(CallContext&, const Arguments& arguments) {
  const Value& value = one_argument(arguments, "id");
  // Numbers are not objects here: equal ones share an id that no address has.
  if (value.is_heap())
    return Value::integer(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(value.object())));
  return Value::integer(static_cast<std::int64_t>((value.bits() * 64 + static_cast<std::uint64_t>(value.tag())) | 1));
}

Value callable(CallContext&, const Arguments& arguments) {
  const Value& value = one_argument(arguments, "callable");
  return Value::boolean(value.is(Tag::Type) || value.is(Tag::Builtin) || value.is(Tag::BoundMethod) ||
                        value.is(Tag::Function) || value.is(Tag::Kernel));
}

Value hasattr(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "hasattr", 2, 2);
  const std::string& name = text_of_argument(arguments.positional[1], "attribute name");
  return Value::boolean(!find_attribute(context, arguments.positional[0], name).is_unbound());
}

Value getattr(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "getattr", 2, 3);
  const std::string& name = text_of_argument(arguments.positional[1], "attribute name");
  if (arguments.positional.size() == 2) return get_attribute(context, arguments.positional[0], name);
  Value found = find_attribute(context, arguments.positional[0], name);
  return found.is_unbound() ? arguments.positional[2] : found;
}

Value ord(CallContext&, const Arguments& arguments) {
  const Value& value = one_argument(arguments, "ord");
  if (!value.is(Tag::Str))
    raise(ExceptionKind::TypeError, "ord() expected string of length 1, but {} found", type_name_of(value));
  const std::string& text = value.as<Str>().text;
  const std::int64_t length = length_of_text(text);
  if (length != 1) raise(ExceptionKind::TypeError, "ord() expected a character, but string of length {} found", length);
  std::size_t at = 0;
  return Value::integer(decode_utf8(text, at));
}

Value chr(CallContext&, const Arguments& arguments) {
  const std::int64_t point = index_of(one_argument(arguments, "chr"));
  if (point < 0 || point > 0x10ffff) raise(ExceptionKind::ValueError, "chr() arg not in range(0x110000)");
  return make_str(character(static_cast<std::uint32_t>(point)));
}

Value bin(CallContext& context, const Arguments& arguments) { return in_base(context, arguments, "bin", "#b"); }
Value oct(CallContext& context, const Arguments& arguments) { return in_base(context, arguments, "oct", "#o"); }
Value hex(CallContext& context, const Arguments& arguments) { return in_base(context, arguments, "hex", "#x"); }

} // namespace pyvm::native
