#include "tracer/trace/differences.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/conversion.h"

namespace pyvm::tracer {

namespace {

// An array that the piece has made is the same when it holds the same; another one when it is the same memory.
bool same_array(const Array& a, const Array& b) {
  if (a.dtype != b.dtype || !std::equal(a.dims().begin(), a.dims().end(), b.dims().begin(), b.dims().end()))
    return false;
  const bool is_made = a.buffer && a.buffer->maker().log() != 0;
  if (!is_made || a.size() == 0) return a.size() == 0 || same_elements(a, b);
  ElementCursor y(b);
  for (ElementCursor x(a); !x.done(); x.advance(), y.advance())
    if (!same_bits(a.dtype, load_scalar(a.dtype, x.at()), load_scalar(b.dtype, y.at()))) return false;
  return true;
}

} // namespace

bool same_value(const Value& a, const Value& b) {
  if (a.tag() != b.tag()) return false;
  if (a.is_number()) return same_bits(a.scalar_kind(), a.bits(), b.bits());
  switch (a.tag()) {
  case Tag::Array:
    return same_array(a.as<Array>(), b.as<Array>());
  case Tag::Str:
    return a.as<Str>().text == b.as<Str>().text;
  case Tag::Tuple: {
    const auto &x = a.as<Tuple>().items, &y = b.as<Tuple>().items;
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_value);
  }
  case Tag::Range: {
    const Range &x = a.as<Range>(), &y = b.as<Range>();
    return x.start == y.start && x.stop == y.stop && x.step == y.step;
  }
  case Tag::Slice: {
    const Slice &x = a.as<Slice>(), &y = b.as<Slice>();
    return same_value(x.start, y.start) && same_value(x.stop, y.stop) && same_value(x.step, y.step);
  }
  default:
    return true; // functions, modules, iterators: nothing computes them
  }
}

namespace {

std::string scalar_text(ScalarKind kind, ScalarBits bits) {
  if (is_float(kind))
    return kind == ScalarKind::Float32 ? fmt::format("{}", from_bits<float>(bits))
                                       : fmt::format("{}", from_bits<double>(bits));
  if (kind == ScalarKind::Bool) return bits ? "True" : "False";
  return is_unsigned_integer(kind) ? fmt::format("{}", bits) : fmt::format("{}", static_cast<std::int64_t>(bits));
}

struct Place {
  const Array* array;
  std::vector<std::int64_t> subscripts;
};

// The subscripts under which the array has an element there: the axis with the largest stride first.
std::optional<Place> place_in(const Array& array, const std::byte* at) {
  if (array.size() == 0) return std::nullopt;
  const MemoryExtent extent = array.extent();
  if (at < extent.begin || at >= extent.end) return std::nullopt;
  std::vector<int> axes(array.ndim);
  for (int k = 0; k < array.ndim; ++k) axes[static_cast<std::size_t>(k)] = k;
  std::sort(axes.begin(), axes.end(),
            [&](int a, int b) { return std::abs(array.strides[a]) > std::abs(array.strides[b]); });
  std::int64_t left = at - extent.begin;
  Place place{&array, std::vector<std::int64_t>(array.ndim)};
  for (const int axis : axes) {
    const std::int64_t stride = array.strides[axis], last = array.shape[axis] - 1;
    const std::int64_t steps = stride == 0 ? 0 : std::min(last, left / std::abs(stride));
    left -= steps * std::abs(stride);
    place.subscripts[static_cast<std::size_t>(axis)] = stride < 0 ? last - steps : steps;
  }
  return left == 0 ? std::optional(place) : std::nullopt;
}

std::string name_of_register(const Code& code, std::uint16_t r) {
  return r < code.register_names.size() ? code.register_names[r] : "an array";
}

} // namespace

std::string place_text(const Frame& frame, const Recording& recording, const std::byte* at) {
  const auto text = [](const std::string& name, const Place& place) {
    return fmt::format("{}[{}]", name, fmt::join(place.subscripts, ", "));
  };
  for (int r = 0; r < frame.code->registers; ++r)
    if (frame.registers[r].is(Tag::Array))
      if (const auto place = place_in(frame.registers[r].as<Array>(), at))
        return text(name_of_register(*frame.code, static_cast<std::uint16_t>(r)), *place);
  for (const ArraySource& source : recording.arrays)
    if (!source.guest_register && source.constant.is(Tag::Array))
      if (const auto place = place_in(source.constant.as<Array>(), at)) return text("a global array", *place);
  return "an element of an array that the loop reaches";
}

std::string value_text(const Value& value) {
  if (value.is_number())
    return fmt::format("{} {}", name_of(value.scalar_kind()), scalar_text(value.scalar_kind(), value.bits()));
  if (value.is(Tag::Array)) {
    const Array& array = value.as<Array>();
    return fmt::format("an array of {}, shape {}, strides ({})", name_of(array.dtype), shape_text(array.dims()),
                       fmt::join(array.strides, array.strides + array.ndim, ", "));
  }
  if (value.is(Tag::Tuple)) {
    std::vector<std::string> items;
    for (const Value& item : value.as<Tuple>().items) items.push_back(value_text(item));
    return fmt::format("({})", fmt::join(items, ", "));
  }
  return value.is_unbound() ? "no value" : "a " + type_name_of(value);
}

std::string element_difference(const Frame& frame, const Recording& recording, const StoreLog::Difference& difference,
                               std::size_t stored) {
  const auto [at, kind, logged, found, count] = difference;
  return fmt::format("{}: interpreted {} {}, compiled {} ({} of {} stored elements differ)",
                     place_text(frame, recording, at), name_of(kind), scalar_text(kind, logged),
                     scalar_text(kind, found), count, stored);
}

std::string exception_difference(const Code& code, const Raised& interpreted, const Raised& compiled) {
  const auto text = [&code](const Raised& raised) -> std::string {
    if (!raised.error) return "no exception";
    return fmt::format("{}: {} (iteration {}, line {})", exception_name(raised.error->kind()), raised.error->message(),
                       raised.ordinal, code.locations[raised.pc].line);
  };
  const std::string a = text(interpreted), b = text(compiled);
  const bool same_payload =
      !interpreted.error || !compiled.error || same_value(interpreted.error->payload(), compiled.error->payload());
  if (a == b && same_payload) return "";
  return fmt::format("interpreted raises {}, compiled {}{}", a, b, a == b ? ", with another argument" : "");
}

namespace {

// An empty lane of the interpreter has the live-in's kind, one of compiled code looks as if it had that kind too; what
// an int's zero and a float's -0.0 differ in is lost when the live-in is added (prange.h).
bool same_lane(const PrangeReduction& r, const Value& a, const Value& b) {
  if (same_value(a, b)) return true;
  if (r.is_selected()) return false;
  const auto kind = accumulator_kind(r.op, a.scalar_kind(), b.scalar_kind());
  if (!kind || (a.tag() == b.tag() && a.tag() == r.identity.tag())) return false;
  const ScalarBits x = convert_bits(a.bits(), a.scalar_kind(), *kind),
                   y = convert_bits(b.bits(), b.scalar_kind(), *kind);
  if (same_bits(*kind, x, y)) return true;
  const auto is_zero = [&kind](ScalarBits bits) {
    return from_bits<double>(convert_bits(bits, *kind, ScalarKind::Float64)) == 0;
  };
  return !is_float(r.identity.scalar_kind()) && is_float(*kind) && is_zero(x) && is_zero(y);
}

const std::string& name_of_reduction(const PrangeJob& job, const PrangeReduction& r) {
  for (const LoopVariable& v : job.loop().variables)
    if (v.guest_register == r.guest_register) return v.name;
  return job.code().register_names[r.guest_register];
}

std::string lane_difference(PrangeJob& interpreted, PrangeJob& compiled) {
  const auto lanes = static_cast<std::size_t>(interpreted.lanes());
  for (const auto& [block, y] : compiled.kept_lanes()) {
    const std::vector<Value>& x = interpreted.kept_lanes()[block];
    for (std::size_t at = 0; at < x.size(); ++at) {
      const PrangeReduction& r = interpreted.reductions()[at / lanes];
      if (!same_lane(r, x[at], y[at]))
        return fmt::format("'{}', block {}, lane {}: interpreted {}, compiled {}", name_of_reduction(interpreted, r),
                           block, at % lanes, value_text(x[at]), value_text(y[at]));
    }
  }
  return "";
}

std::string total_difference(PrangeJob& interpreted, PrangeJob& compiled, std::int64_t begin, std::int64_t end) {
  const std::int64_t group = interpreted.block_size() * interpreted.blocks_in_group();
  for (std::size_t k = 0; k < interpreted.reductions().size(); ++k) {
    const PrangeReduction &r = interpreted.reductions()[k], &other = compiled.reductions()[k];
    if (r.array) continue;
    for (std::int64_t at = begin / group; at * group < end; ++at) {
      const Value &x = r.totals[static_cast<std::size_t>(at)], &y = other.totals[static_cast<std::size_t>(at)];
      if (x.tag() != y.tag() || !same_lane(r, x, y))
        return fmt::format("'{}', total of blocks from {}: interpreted {}, compiled {}",
                           name_of_reduction(interpreted, r), at * interpreted.blocks_in_group(), value_text(x),
                           value_text(y));
    }
  }
  return "";
}

// What blocks have left in copies of an array that all iterations add to.
std::string part_difference(const PrangeReduction& interpreted, const PrangeReduction& compiled,
                            const std::string& name) {
  const ArrayAccumulator::Parts parts = interpreted.array->parts(), others = compiled.array->parts();
  if (parts.size() != others.size()) return fmt::format("'{}': blocks have been run otherwise", name);
  for (auto x = parts.begin(), y = others.begin(); x != parts.end(); ++x, ++y) {
    if (x->first != y->first) return fmt::format("'{}': blocks have been run otherwise", name);
    const Array &a = x->second.as<Array>(), &b = y->second.as<Array>();
    ElementCursor at(b);
    for (ElementCursor found(a); !found.done(); found.advance(), at.advance()) {
      const ScalarBits bits = load_scalar(a.dtype, found.at()), other = load_scalar(b.dtype, at.at());
      if (same_bits(a.dtype, bits, other)) continue;
      const auto place = place_in(a, found.at());
      return fmt::format("'{}', copy {} of level {}, element [{}]: interpreted {} {}, compiled {}", name,
                         x->first.second, x->first.first, fmt::join(place->subscripts, ", "), name_of(a.dtype),
                         scalar_text(a.dtype, bits), scalar_text(b.dtype, other));
    }
  }
  return "";
}

std::string array_difference(const PrangeJob& interpreted, const PrangeJob& compiled) {
  for (std::size_t k = 0; k < interpreted.reductions().size(); ++k) {
    const PrangeReduction& r = interpreted.reductions()[k];
    if (!r.array) continue;
    const std::string text = part_difference(r, compiled.reductions()[k], name_of_reduction(interpreted, r));
    if (!text.empty()) return text;
  }
  return "";
}

std::string last_value_difference(const PrangeJob& interpreted, const PrangeJob& compiled) {
  const auto value_of = [](const PrangeJob& job, std::uint16_t r) {
    for (const PrangeJob::LastValue& last : job.last_values())
      if (last.guest_register == r) return last.value;
    return Value();
  };
  for (const LoopVariable& v : interpreted.loop().variables) {
    const Value x = value_of(interpreted, v.guest_register), y = value_of(compiled, v.guest_register);
    if (!same_value(x, y))
      return fmt::format("the last value of '{}': interpreted {}, compiled {}", v.name, value_text(x), value_text(y));
  }
  return "";
}

} // namespace

std::string result_difference(PrangeJob& interpreted, PrangeJob& compiled, std::int64_t begin, std::int64_t end) {
  if (interpreted.has_reductions()) {
    std::string text = lane_difference(interpreted, compiled);
    if (text.empty()) text = array_difference(interpreted, compiled);
    if (text.empty() && !interpreted.failure()) text = total_difference(interpreted, compiled, begin, end);
    if (!text.empty()) return text;
  }
  return last_value_difference(interpreted, compiled);
}

std::string entry_text(const Frame& frame, const Recording& recording) {
  std::vector<std::uint16_t> registers;
  for (const ir::ScalarSlot& slot : recording.region.scalars) registers.push_back(slot.guest_register);
  for (const ArraySource& source : recording.arrays)
    if (source.guest_register) registers.push_back(*source.guest_register);
  std::vector<std::string> texts;
  for (const std::uint16_t r : registers)
    if (r < frame.code->register_names.size())
      texts.push_back(fmt::format("{} = {}", frame.code->register_names[r], value_text(frame.registers[r])));
  return texts.empty() ? "no variables" : fmt::format("{}", fmt::join(texts, "; "));
}

} // namespace pyvm::tracer
