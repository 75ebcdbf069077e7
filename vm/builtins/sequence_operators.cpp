// str, tuple and range under the operators.
#include "vm/builtins/sequence_operators.h"

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/reductions.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm {

namespace {

constexpr std::uint64_t longest_sequence = std::uint64_t{1} << 40;

[[noreturn]] void raise_cannot_concatenate(const char* kind, const Value& other) {
  raise(ExceptionKind::TypeError, "can only concatenate {} (not \"{}\") to {}", kind, type_name_of(other), kind);
}

void append_items(const Value& tuple, std::vector<Value>& to) {
  for (const Value& item : tuple.as<Tuple>().items) to.push_back(part_of(tuple, item));
}

Value repeated(const Value& sequence, const Value& count_value) {
  const std::optional<std::int64_t> given = try_index(count_value);
  if (!given)
    raise(ExceptionKind::TypeError, "can't multiply sequence by non-int of type '{}'", type_name_of(count_value));
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(*given, 0));
  const std::uint64_t length =
      sequence.is(Tag::Str) ? sequence.as<Str>().text.size() : sequence.as<Tuple>().items.size() * sizeof(Value);
  if (length != 0 && count > longest_sequence / length) raise(ExceptionKind::MemoryError, "");
  if (sequence.is(Tag::Str)) {
    std::string text;
    text.reserve(length * count);
    for (std::uint64_t k = 0; k < count && length; ++k) text += sequence.as<Str>().text;
    return make_str(std::move(text));
  }
  std::vector<Value> all;
  all.reserve(sequence.as<Tuple>().items.size() * count);
  for (std::uint64_t k = 0; k < count && length; ++k) append_items(sequence, all);
  return make_tuple(std::move(all));
}

bool range_contains(const Range& range, const Value& item) {
  if (item.is(Tag::Float)) {
    const CheckedInt whole = checked_trunc(item.as_float());
    if (whole.status != IntStatus::Ok || static_cast<double>(whole.value) != item.as_float()) return false;
    return range_contains(range, Value::integer(whole.value));
  }
  const std::optional<std::int64_t> value = item.is(Tag::NpBool) ? std::optional(item.as_int()) : try_index(item);
  if (!value) return false;
  const bool inside =
      range.step > 0 ? *value >= range.start && *value < range.stop : *value <= range.start && *value > range.stop;
  const auto distance = static_cast<__int128>(*value) - range.start;
  return inside && distance % range.step == 0;
}

bool ranges_equal(const Range& a, const Range& b) {
  const std::uint64_t n = range_length(a.start, a.stop, a.step);
  if (n != range_length(b.start, b.stop, b.step)) return false;
  return n == 0 || (a.start == b.start && (n == 1 || a.step == b.step));
}

// The first place where the tuples differ, or the shorter length.
std::size_t first_difference(CallContext& context, const Value& a, const Value& b) {
  const auto &x = a.as<Tuple>().items, &y = b.as<Tuple>().items;
  const std::size_t n = std::min(x.size(), y.size());
  std::size_t k = 0;
  while (k < n && equal(context, part_of(a, x[k]), part_of(b, y[k]))) ++k;
  return k;
}

} // namespace

Value sequence_binary(CallContext&, BinaryOp op, const Value& a, const Value& b) {
  if (op == BinaryOp::Add && a.is(Tag::Str)) {
    if (!b.is(Tag::Str)) raise_cannot_concatenate("str", b);
    return make_str(a.as<Str>().text + b.as<Str>().text);
  }
  if (op == BinaryOp::Add && a.is(Tag::Tuple)) {
    if (!b.is(Tag::Tuple)) raise_cannot_concatenate("tuple", b);
    std::vector<Value> items;
    append_items(a, items);
    append_items(b, items);
    return make_tuple(std::move(items));
  }
  if (op == BinaryOp::Mul) {
    const bool a_is_sequence = a.is(Tag::Str) || a.is(Tag::Tuple);
    return a_is_sequence ? repeated(a, b) : repeated(b, a);
  }
  return Value();
}

bool sequences_equal(CallContext& context, const Value& a, const Value& b) {
  switch (a.tag()) {
  case Tag::Str:
    return a.as<Str>().text == b.as<Str>().text;
  case Tag::Range:
    return ranges_equal(a.as<Range>(), b.as<Range>());
  case Tag::Tuple: {
    const auto &x = a.as<Tuple>().items, &y = b.as<Tuple>().items;
    return x.size() == y.size() && first_difference(context, a, b) == x.size();
  }
  case Tag::Slice: {
    const Slice &x = a.as<Slice>(), &y = b.as<Slice>();
    return equal(context, x.start, y.start) && equal(context, x.stop, y.stop) && equal(context, x.step, y.step);
  }
  default:
    return a.object() == b.object();
  }
}

Value sequence_order(CallContext& context, CompareOp op, const Value& a, const Value& b) {
  if (a.is(Tag::Str) && b.is(Tag::Str))
    return Value::boolean(compare(op, a.as<Str>().text.compare(b.as<Str>().text), 0));
  if (a.is(Tag::Tuple) && b.is(Tag::Tuple)) {
    const auto &x = a.as<Tuple>().items, &y = b.as<Tuple>().items;
    const std::size_t k = first_difference(context, a, b);
    if (k < x.size() && k < y.size()) return compare(context, op, part_of(a, x[k]), part_of(b, y[k]));
    return Value::boolean(compare<std::uint64_t>(op, x.size(), y.size()));
  }
  raise_not_comparable(op, a, b);
}

bool contains(CallContext& context, const Value& container, const Value& item) {
  switch (container.tag()) {
  case Tag::Str:
    if (!item.is(Tag::Str))
      raise(ExceptionKind::TypeError, "'in <string>' requires string as left operand, not {}", type_name_of(item));
    return container.as<Str>().text.find(item.as<Str>().text) != std::string::npos;
  case Tag::Range:
    return range_contains(container.as<Range>(), item);
  case Tag::Tuple:
    for (const Value& candidate : container.as<Tuple>().items)
      if (identical(candidate, item) || equal(context, part_of(container, candidate), item)) return true;
    return false;
  case Tag::Array: {
    const Value matches = array_compare(context, CompareOp::Eq, container, item);
    return matches.is(Tag::Array) ? any_true(matches.as<Array>()) : truth(context, matches);
  }
  default:
    raise(ExceptionKind::TypeError, "argument of type '{}' is not iterable", type_name_of(container));
  }
}

} // namespace pyvm
