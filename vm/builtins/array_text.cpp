// Text of arrays, after numpy/_core/arrayprint.py (NumPy 2.4, default print options): a formatter is fitted to the
// elements that will be shown, then rows are laid out with brackets, summarised where the array is long, and wrapped.
#include <algorithm>
#include <cmath>
#include <vector>

#include "vm/builtins/text.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/float_text.h"

namespace pyvm {

namespace {

constexpr std::int64_t edge_items = 3;
constexpr std::int64_t threshold = 1000;
constexpr std::size_t line_width = 75;
constexpr int decimals = 8;

// ---- one float in digits -------------------------------------------------------------------------------------------

std::string short_positional(ScalarKind kind, double value) {
  return kind == ScalarKind::Float32 ? positional_text(static_cast<float>(value), decimals)
                                     : positional_text(value, decimals);
}

struct Scientific {
  std::string whole, fraction, exponent; // exponent with its sign
};

Scientific short_scientific(ScalarKind kind, double value) {
  const std::string text = kind == ScalarKind::Float32 ? scientific_text(static_cast<float>(value), decimals)
                                                       : scientific_text(value, decimals);
  const std::size_t point = text.find('.'), e = text.find('e');
  return {text.substr(0, point), text.substr(point + 1, e - point - 1), text.substr(e + 1)};
}

std::string padded_left(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

// ---- formatters ----------------------------------------------------------------------------------------------------

// Widths that all shown elements share.
class ElementFormat {
public:
  ElementFormat(ScalarKind kind, const std::vector<ScalarBits>& shown, bool zero_dimensional) : kind_(kind) {
    if (is_float(kind))
      fit_floats(shown);
    else if (kind == ScalarKind::Bool)
      width_ = zero_dimensional ? 0 : 5;
    else
      for (ScalarBits bits : shown) width_ = std::max(width_, scalar_text(kind, bits).size());
  }

  std::string operator()(ScalarBits bits) const {
    if (!is_float(kind_)) return padded_left(scalar_text(kind_, bits), width_);
    const double value = as_double(kind_, bits);
    if (!std::isfinite(value))
      return padded_left(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf", pad_left_ + pad_right_ + 1);
    return exponents_ ? scientific(value) : positional(value);
  }

private:
  void fit_floats(const std::vector<ScalarBits>& shown) {
    double largest = 0, smallest = INFINITY;
    bool any_finite = false;
    for (ScalarBits bits : shown) {
      const double size = std::fabs(as_double(kind_, bits));
      any_finite |= std::isfinite(size);
      if (!std::isfinite(size) || size == 0) continue;
      largest = std::max(largest, size);
      smallest = std::min(smallest, size);
    }
    const double limit = kind_ == ScalarKind::Float32 ? 1e6 : 1e8;
    exponents_ = largest != 0 && (largest >= limit || smallest < 0.0001 || ratio(largest, smallest) > 1000.0);
    if (any_finite) exponents_ ? fit_scientific(shown) : fit_positional(shown);
    make_room_for_inf_and_nan(shown);
  }

  // NumPy divides in the array's own kind.
  double ratio(double largest, double smallest) const {
    return kind_ == ScalarKind::Float32 ? static_cast<float>(largest) / static_cast<float>(smallest)
                                        : largest / smallest;
  }

  void fit_positional(const std::vector<ScalarBits>& shown) {
    for (ScalarBits bits : shown) {
      const double value = as_double(kind_, bits);
      if (!std::isfinite(value)) continue;
      const std::string text = short_positional(kind_, value);
      const std::size_t point = text.find('.');
      pad_left_ = std::max(pad_left_, point);
      pad_right_ = std::max(pad_right_, text.size() - point - 1);
    }
  }

  void fit_scientific(const std::vector<ScalarBits>& shown) {
    for (ScalarBits bits : shown) {
      const double value = as_double(kind_, bits);
      if (!std::isfinite(value)) continue;
      const Scientific parts = short_scientific(kind_, value);
      pad_left_ = std::max(pad_left_, parts.whole.size());
      fraction_ = std::max(fraction_, parts.fraction.size());
      exponent_digits_ = std::max(exponent_digits_, parts.exponent.size() - 1);
    }
    pad_right_ = exponent_digits_ + 2 + fraction_;
  }

  void make_room_for_inf_and_nan(const std::vector<ScalarBits>& shown) {
    std::size_t widest = 0;
    for (ScalarBits bits : shown) {
      const double value = as_double(kind_, bits);
      if (!std::isfinite(value)) widest = std::max<std::size_t>(widest, value < 0 ? 4 : 3);
    }
    if (widest > pad_right_ + 1) pad_left_ = std::max(pad_left_, widest - pad_right_ - 1);
  }

  std::string positional(double value) const {
    std::string text = short_positional(kind_, value);
    const std::size_t point = text.find('.');
    text.append(pad_right_ - (text.size() - point - 1), ' ');
    return std::string(pad_left_ - point, ' ') + text;
  }

  // All elements show as many digits: exact ones, not zeros, where the shortest are fewer.
  std::string scientific(double value) const {
    const std::string text = fmt::format("{:#.{}e}", value, fraction_);
    const std::size_t point = text.find('.'), e = text.find('e');
    const std::string digits = text.substr(e + 2);
    return padded_left(text.substr(0, point), pad_left_) + text.substr(point, e + 2 - point) +
           std::string(exponent_digits_ > digits.size() ? exponent_digits_ - digits.size() : 0, '0') + digits;
  }

  ScalarKind kind_;
  std::size_t width_ = 0; // of bools and ints
  bool exponents_ = false;
  std::size_t pad_left_ = 0, pad_right_ = 0, fraction_ = 0, exponent_digits_ = 0;
};

// ---- layout --------------------------------------------------------------------------------------------------------

bool is_summarised(const Array& array) { return array.size() > threshold; }

// Calls f with the positions of the axis that are shown, and -1 in place of those left out.
template <class F> void for_shown(std::int64_t extent, bool summarised, F&& f) {
  const bool cut = summarised && extent > 2 * edge_items;
  for (std::int64_t k = 0; k < extent; ++k) {
    if (cut && k == edge_items) {
      f(std::int64_t{-1});
      k = extent - edge_items;
    }
    f(k);
  }
}

void collect(const Array& array, int axis, const std::byte* at, bool summarised, std::vector<ScalarBits>& shown) {
  if (axis == array.ndim) {
    shown.push_back(load_scalar(array.dtype, at));
    return;
  }
  for_shown(array.shape[axis], summarised, [&](std::int64_t k) {
    if (k >= 0) collect(array, axis + 1, at + k * array.strides[axis], summarised, shown);
  });
}

class Layout {
public:
  Layout(const Array& array, const ElementFormat& format, std::string separator)
      : array_(array), format_(format), separator_(std::move(separator)), summarised_(is_summarised(array)) {
    bare_separator_ = separator_.substr(0, separator_.find_last_not_of(' ') + 1);
  }

  std::string text(int axis, const std::byte* at, const std::string& indent, std::size_t width) const {
    if (axis == array_.ndim) return format_(load_scalar(array_.dtype, at));
    const std::string body = axis + 1 == array_.ndim ? row(at, indent, width) : rows(axis, at, indent, width);
    return fmt::format("[{}]", std::string_view(body).substr(indent.size()));
  }

private:
  // The last axis: words, wrapped.
  std::string row(const std::byte* at, const std::string& indent, std::size_t width) const {
    const std::size_t room = width - std::max(bare_separator_.size(), std::size_t{1});
    std::string text, line = indent;
    bool first = true;
    for_shown(array_.shape[array_.ndim - 1], summarised_, [&](std::int64_t k) {
      if (!first) line += separator_;
      first = false;
      const std::string word =
          k < 0 ? "..." : format_(load_scalar(array_.dtype, at + k * array_.strides[array_.ndim - 1]));
      if (line.size() + word.size() > room && line.size() > indent.size()) {
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        line = indent;
      }
      line += word;
    });
    return text + line;
  }

  // Other axes: one nested block below the other, with an empty line more for each deeper axis.
  std::string rows(int axis, const std::byte* at, const std::string& indent, std::size_t width) const {
    const std::string line_end = bare_separator_ + std::string(static_cast<std::size_t>(array_.ndim - axis - 1), '\n');
    std::string text;
    bool first = true;
    for_shown(array_.shape[axis], summarised_, [&](std::int64_t k) {
      if (!first) text += line_end;
      first = false;
      text += indent;
      text += k < 0 ? "..." : this->text(axis + 1, at + k * array_.strides[axis], indent + ' ', width - 1);
    });
    return text;
  }

  const Array& array_;
  const ElementFormat& format_;
  std::string separator_, bare_separator_;
  bool summarised_;
};

std::string layout(const Array& array, const std::string& separator, const std::string& prefix, std::size_t width) {
  if (array.size() == 0) return "[]";
  std::vector<ScalarBits> shown;
  collect(array, 0, array.data, is_summarised(array), shown);
  const ElementFormat format(array.dtype, shown, array.ndim == 0);
  return Layout(array, format, separator).text(0, array.data, std::string(prefix.size() + 1, ' '), width);
}

bool is_implied(ScalarKind kind) {
  return kind == ScalarKind::Int64 || kind == ScalarKind::Float64 || kind == ScalarKind::Bool;
}

} // namespace

std::string array_str(const Array& array) {
  if (array.ndim == 0) return scalar_text(array.dtype, load_scalar(array.dtype, array.data));
  return layout(array, " ", "", line_width);
}

std::string array_repr(const Array& array) {
  const std::string prefix = "array(";
  std::string text = prefix + layout(array, ", ", prefix, line_width - 1);
  std::string extras;
  if ((array.size() == 0 && !(array.ndim == 1 && array.shape[0] == 0)) || is_summarised(array))
    extras = "shape=" + shape_text(array.dims());
  if (!is_implied(array.dtype) || array.size() == 0)
    extras += fmt::format("{}dtype={}", extras.empty() ? "" : ", ", name_of(array.dtype));
  if (extras.empty()) return text + ")";
  text += ",";
  extras += ")";
  const std::size_t last_line = text.size() - (text.rfind('\n') + 1);
  text += last_line + extras.size() + 1 > line_width ? fmt::format("\n{:{}}", "", prefix.size()) : " ";
  return text + extras;
}

} // namespace pyvm
