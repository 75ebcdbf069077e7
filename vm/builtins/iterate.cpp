// Iterators over the iterable values.
#include "vm/builtins/iterate.h"

#include "vm/builtins/code_points.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/subscript.h"
#include "vm/object/array.h"
#include "vm/object/store_log.h"
#include "vm/support/utf8.h"

namespace pyvm {

namespace {

struct RangeIterator final : Iterator {
  explicit RangeIterator(const Range& range)
      : at(range.start), step(range.step), left(range_length(range.start, range.stop, range.step)) {}
  std::string type_name() const override { return "range_iterator"; }
  bool next(Value& out) override {
    if (left == 0) return false;
    --left;
    out = Value::integer(at);
    // Behind the last value the next one may not exist.
    if (left != 0) at += step;
    return true;
  }
  std::int64_t at, step;
  std::uint64_t left;
};

struct TupleIterator final : Iterator {
  TupleIterator(const Value& t, bool backwards) : tuple(t), reversed(backwards) {}
  std::string type_name() const override { return reversed ? "reversed" : "tuple_iterator"; }
  bool next(Value& out) override {
    const auto& items = tuple.as<Tuple>().items;
    if (at == items.size()) return false;
    out = part_of(tuple, items[reversed ? items.size() - 1 - at : at]);
    ++at;
    return true;
  }
  Value tuple;
  std::size_t at = 0;
  bool reversed;
};

struct StrIterator final : Iterator {
  explicit StrIterator(const Value& t) : text(t) {}
  std::string type_name() const override { return "str_iterator"; }
  bool next(Value& out) override {
    const std::string& all = text.as<Str>().text;
    if (at == all.size()) return false;
    const std::size_t begin = at;
    decode_utf8(all, at);
    out = make_str(all.substr(begin, at - begin));
    return true;
  }
  Value text;
  std::size_t at = 0;
};

// Rows along the first axis, or the elements of a one-dimensional array.
struct ArrayIterator final : Iterator {
  ArrayIterator(const CallContext& context, const Value& a, bool backwards) : array(a), reversed(backwards) {
    view.dialect = context.dialect;
  }
  std::string type_name() const override { return reversed ? "reversed" : "iterator"; }
  bool next(Value& out) override {
    const Array& a = array.as<Array>();
    if (at == a.shape[0]) return false;
    out = array_row(view, a, reversed ? a.shape[0] - 1 - at : at);
    ++at;
    return true;
  }
  Value array;
  CallContext view; // for the dialect alone
  std::int64_t at = 0;
  bool reversed;
};

struct Enumerate final : Iterator {
  Enumerate(Ref<Iterator> s, std::int64_t start) : source(std::move(s)), count(start) {}
  std::string type_name() const override { return "enumerate"; }
  bool next(Value& out) override {
    Value item;
    if (!source->next(item)) return false;
    out = make_tuple({Value::integer(count++), item});
    return true;
  }
  Ref<Iterator> source;
  std::int64_t count;
};

struct Zip final : Iterator {
  std::string type_name() const override { return "zip"; }
  bool next(Value& out) override {
    if (sources.empty()) return false;
    std::vector<Value> items(sources.size());
    for (std::size_t k = 0; k < sources.size(); ++k)
      if (!sources[k]->next(items[k])) return false;
    out = make_tuple(std::move(items));
    return true;
  }
  std::vector<Ref<Iterator>> sources;
};

bool is_iterable(const Value& value) {
  return value.is(Tag::Range) || value.is(Tag::Tuple) || value.is(Tag::Str) || value.is(Tag::Array) ||
         value.is(Tag::Iterator);
}

[[noreturn]] void raise_too_many(std::size_t count) {
  raise(ExceptionKind::ValueError, "too many values to unpack (expected {})", count);
}

[[noreturn]] void raise_too_few(std::size_t count, std::size_t got) {
  raise(ExceptionKind::ValueError, "not enough values to unpack (expected {}, got {})", count, got);
}

} // namespace

void advances(const Iterator& iterator) {
  if (!iterator.maker.is_current()) leaves_marks("an iterator from outside advances");
}

Ref<Iterator> iterate(CallContext& context, const Value& value) {
  switch (value.tag()) {
  case Tag::Range:
    return make<RangeIterator>(value.as<Range>());
  case Tag::Tuple:
    return make<TupleIterator>(value, false);
  case Tag::Str:
    return make<StrIterator>(value);
  case Tag::Iterator:
    advances(value.as<Iterator>());
    return Ref<Iterator>(&value.as<Iterator>());
  case Tag::Array:
    if (value.as<Array>().ndim == 0) raise(ExceptionKind::TypeError, "iteration over a 0-d array");
    return make<ArrayIterator>(context, value, false);
  default:
    raise(ExceptionKind::TypeError, "'{}' object is not iterable", type_name_of(value));
  }
}

void unpack(CallContext& context, const Value& value, std::size_t count, Value* out) {
  if (value.is(Tag::Tuple)) {
    const Value keep = value; // the targets may be what holds the tuple
    const auto& items = keep.as<Tuple>().items;
    if (items.size() > count) raise_too_many(count);
    if (items.size() < count) raise_too_few(count, items.size());
    for (std::size_t k = 0; k < count; ++k) out[k] = part_of(keep, items[k]);
    return;
  }
  if (!is_iterable(value)) raise(ExceptionKind::TypeError, "cannot unpack non-iterable {} object", type_name_of(value));
  const Ref<Iterator> iterator = iterate(context, value);
  std::vector<Value> items(count);
  for (std::size_t k = 0; k < count; ++k)
    if (!iterator->next(items[k])) raise_too_few(count, k);
  Value extra;
  if (iterator->next(extra)) raise_too_many(count);
  for (std::size_t k = 0; k < count; ++k) out[k] = std::move(items[k]);
}

std::int64_t length_of(CallContext&, const Value& value) {
  switch (value.tag()) {
  case Tag::Str:
    return length_of_text(value.as<Str>().text);
  case Tag::Tuple:
    return static_cast<std::int64_t>(value.as<Tuple>().items.size());
  case Tag::Range: {
    const Range& range = value.as<Range>();
    const std::uint64_t n = range_length(range.start, range.stop, range.step);
    if (n >> 63) raise(ExceptionKind::OverflowError, "Python int too large to convert to C ssize_t");
    return static_cast<std::int64_t>(n);
  }
  case Tag::Array:
    if (value.as<Array>().ndim == 0) raise(ExceptionKind::TypeError, "len() of unsized object");
    return value.as<Array>().shape[0];
  default:
    raise(ExceptionKind::TypeError, "object of type '{}' has no len()", type_name_of(value));
  }
}

std::vector<Value> collected(CallContext& context, const Value& iterable) {
  const Ref<Iterator> iterator = iterate(context, iterable);
  std::vector<Value> items;
  for (Value item; iterator->next(item);) items.push_back(item);
  return items;
}

Ref<Iterator> enumerate_values(CallContext& context, const Value& iterable, std::int64_t start) {
  return make<Enumerate>(iterate(context, iterable), start);
}

Ref<Iterator> zip_values(CallContext& context, std::span<const Value> iterables) {
  Ref<Zip> zip = make<Zip>();
  for (const Value& iterable : iterables) zip->sources.push_back(iterate(context, iterable));
  return zip;
}

Ref<Iterator> reversed_values(CallContext& context, const Value& sequence) {
  switch (sequence.tag()) {
  case Tag::Tuple:
    return make<TupleIterator>(sequence, true);
  case Tag::Range: {
    const Range& range = sequence.as<Range>();
    const std::uint64_t n = range_length(range.start, range.stop, range.step);
    const std::int64_t last = n ? range.start + static_cast<std::int64_t>(n - 1) * range.step : range.start;
    Ref<RangeIterator> iterator = make<RangeIterator>(range);
    iterator->at = last;
    iterator->step = -range.step;
    return iterator;
  }
  case Tag::Str: {
    std::vector<Value> letters = collected(context, sequence);
    return make<TupleIterator>(make_tuple(std::move(letters)), true);
  }
  case Tag::Array:
    if (sequence.as<Array>().ndim == 0) raise(ExceptionKind::TypeError, "iteration over a 0-d array");
    return make<ArrayIterator>(context, sequence, true);
  default:
    raise(ExceptionKind::TypeError, "'{}' object is not reversible", type_name_of(sequence));
  }
}

} // namespace pyvm
