// Subscripts become lines over the ordinals of the loop; two accesses are compared dimension by dimension, or by
// address where the arrays are different views of one memory.
#include "vm/interp/conflicts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "vm/object/array.h"

namespace pyvm {

namespace {

using What = SubscriptForm::What;
__extension__ using Wide = __int128;

enum class Verdict {
  Separated,
  Always, // in all iterations
  At,     // in iterations s and t with s - t = distance
  Meets,  // in some
  Unknown
};

struct Meeting {
  Verdict verdict;
  Wide distance = 0;
  bool by_address = false; // in memory that two arrays share
};

// A subscript along one dimension as a function of the ordinal: slope * t + first, t from 0 to n - 1.
struct Line {
  What what = What::Unknown;
  Wide slope = 0, first = 0;
};

class ConflictFinder {
public:
  explicit ConflictFinder(const PrangeJob& job) : job_(job), n_(job.iterations()) {}

  std::string run() const {
    const auto& accesses = job_.loop().accesses;
    for (std::size_t s = 0; s < accesses.size(); ++s) {
      const ArrayAccess& store = accesses[s];
      if (!store.store || !array(store)) continue;
      for (std::size_t k = 0; k < accesses.size(); ++k) {
        const ArrayAccess& other = accesses[k];
        // Two stores are looked at once.
        if (!array(other) || (other.store && k < s)) continue;
        const Meeting found = compare(store, other);
        if (found.verdict == Verdict::Separated) continue;
        if (found.verdict != Verdict::Unknown) return sentence(store, other, found);
        if (store.update && k == s)
          return fmt::format(
              "iterations may update the same element of {}; give each thread its own array and add them up",
              place(store, other, found));
      }
    }
    return "";
  }

private:
  const Array* array(const ArrayAccess& access) const {
    const Value& value = job_.frame().registers[access.array];
    return value.is(Tag::Array) ? &value.as<Array>() : nullptr;
  }

  std::string name(const ArrayAccess& access) const {
    const auto& names = job_.code().register_names;
    return access.array < names.size() ? "'" + names[access.array] + "'" : "an array";
  }

  std::string place(const ArrayAccess& store, const ArrayAccess& other, const Meeting& found) const {
    std::string text = name(store);
    if (store.array != other.array) text += " and " + name(other);
    text += store.line == other.line ? fmt::format(" (line {}", store.line)
                                     : fmt::format(" (lines {} and {}", store.line, other.line);
    const Wide apart = found.distance < 0 ? -found.distance : found.distance;
    if (apart != 0) text += fmt::format(", {} apart", static_cast<std::int64_t>(apart));
    return text + ")";
  }

  // In the words of tracer/nest/plan_reasons.def: the loop may be told of by either.
  std::string sentence(const ArrayAccess& store, const ArrayAccess& other, const Meeting& found) const {
    const std::string where = place(store, other, found);
    if (found.by_address) return where + " share memory, and iterations meet there; pass a copy";
    if (&store == &other || found.verdict == Verdict::Always)
      return fmt::format("iterations write the same element of {}; give each iteration its own element, or sum into a "
                         "variable",
                         where);
    return fmt::format("an iteration reads or writes an element of {} that another one writes", where);
  }

  Line line(const ArrayAccess& access, std::size_t dimension) const {
    Line result;
    // A subscript that is not written stands for all of the dimension.
    if (dimension >= access.subscripts.size()) {
      result.what = What::Repeated;
      return result;
    }
    const SubscriptForm& form = access.subscripts[dimension];
    result.what = form.what;
    if (form.what != What::Affine) return result;
    Wide first = form.offset;
    for (auto [r, factor] : form.invariants) {
      const Value& value = job_.frame().registers[r];
      if (!value.is(Tag::Int)) {
        // A slice or an array from outside: the same in every iteration, but not one element.
        result.what = value.is(Tag::Slice) ? What::Repeated : What::Unknown;
        return result;
      }
      first += static_cast<Wide>(factor) * value.as_int();
    }
    result.slope = static_cast<Wide>(form.factor) * job_.step();
    result.first = first + static_cast<Wide>(form.factor) * job_.start();
    return wrapped(result, array(access)->shape[dimension]);
  }

  // Negative subscripts count from the end; a range that crosses zero may be anywhere.
  Line wrapped(Line line, std::int64_t extent) const {
    const Wide last = line.first + line.slope * (n_ - 1);
    const Wide low = std::min(line.first, last), high = std::max(line.first, last);
    if (high < 0)
      line.first += extent;
    else if (low < 0)
      line.what = What::Repeated;
    return line;
  }

  Meeting compare(const ArrayAccess& store, const ArrayAccess& other) const {
    const Array &a = *array(store), &b = *array(other);
    if (&a != &b && !may_overlap(a, b)) return {Verdict::Separated};
    if (&a == &b || same_elements(a, b)) return compare_dimensions(store, other, a.ndim);
    if (a.ndim == 1 && b.ndim == 1) return compare_addresses(line(store, 0), a, line(other, 0), b);
    // Views that overlap in another way: only what is written by unknown subscripts is the user's business.
    for (const ArrayAccess* access : {&store, &other})
      for (const SubscriptForm& form : access->subscripts)
        if (form.what == What::Unknown) return {Verdict::Unknown};
    return {Verdict::Meets, 0, true};
  }

  Meeting compare_dimensions(const ArrayAccess& store, const ArrayAccess& other, int ndim) const {
    Meeting all{Verdict::Always};
    for (int k = 0; k < ndim; ++k) {
      const Meeting one =
          compare_lines(line(store, static_cast<std::size_t>(k)), line(other, static_cast<std::size_t>(k)));
      if (one.verdict == Verdict::Separated) return one;
      // Iterations that meet in one dimension only do not meet.
      if (one.verdict == Verdict::At && all.distance != 0 && all.distance != one.distance) return {Verdict::Separated};
      if (one.verdict == Verdict::At) all.distance = one.distance;
      all.verdict = std::max(all.verdict, one.verdict);
    }
    return all;
  }

  Meeting compare_lines(const Line& a, const Line& b) const {
    if (a.what == What::Unknown || b.what == What::Unknown) return {Verdict::Unknown};
    if (a.what == What::Repeated || b.what == What::Repeated) return {Verdict::Meets};
    return meet(a.slope, a.first, b.slope, b.first, 1);
  }

  // Elements of two 1-dimensional views of one memory, by their addresses.
  Meeting compare_addresses(const Line& a, const Array& x, const Line& b, const Array& y) const {
    if (a.what == What::Unknown || b.what == What::Unknown) return {Verdict::Unknown};
    if (a.what == What::Repeated || b.what == What::Repeated) return {Verdict::Meets, 0, true};
    const Wide distance = y.data - x.data;
    Meeting found = meet(a.slope * x.strides[0], a.first * x.strides[0], b.slope * y.strides[0],
                         b.first * y.strides[0] + distance, std::max(x.item_size(), y.item_size()));
    found.by_address = true;
    return found;
  }

  // Are there ordinals s != t with |slope_a * s + first_a - (slope_b * t + first_b)| < width? Exact for equal slopes;
  // for unlike ones it may say yes where the equation's solutions lie outside the loop.
  Meeting meet(Wide slope_a, Wide first_a, Wide slope_b, Wide first_b, Wide width) const {
    const Wide apart = first_b - first_a;
    if (slope_a == slope_b) {
      if (slope_a == 0) return {n_ > 1 && apart < width && -apart < width ? Verdict::Always : Verdict::Separated};
      // slope * (s - t) within `width` of `apart`, s - t not 0 and less than n.
      const Wide nearest = apart / slope_a;
      for (Wide d = nearest - width; d <= nearest + width; ++d) {
        const Wide miss = slope_a * d - apart;
        if (d != 0 && d < n_ && -d < n_ && miss < width && -miss < width) return {Verdict::At, d};
      }
      return {Verdict::Separated};
    }
    auto range = [&](Wide slope, Wide first) { return std::minmax({first, first + slope * (n_ - 1)}); };
    const auto [low_a, high_a] = range(slope_a, first_a);
    const auto [low_b, high_b] = range(slope_b, first_b);
    if (high_a + width <= low_b || high_b + width <= low_a) return {Verdict::Separated};
    if (width > 1) return {Verdict::Meets};
    Wide divisor = slope_a, rest = slope_b;
    while (rest != 0) divisor = std::exchange(rest, divisor % rest);
    return {(divisor == 0 ? apart == 0 : apart % divisor == 0) ? Verdict::Meets : Verdict::Separated};
  }

  const PrangeJob& job_;
  const Wide n_;
};

} // namespace

std::string conflict_of(const PrangeJob& job) {
  if (job.iterations() < 2) return "";
  return ConflictFinder(job).run();
}

} // namespace pyvm
