// numpy.random's legacy functions.
#include "vm/builtins/numpy_random.h"

#include <cmath>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/semantics/conversion.h"

namespace pyvm::native {

namespace {

// Floats for a size: one Python float for None, else an array filled in C order.
template <class Draw> Value floats_of_size(const std::optional<std::vector<std::int64_t>>& size, Draw&& draw) {
  if (!size) return Value::floating(draw());
  Ref<Array> array = Array::make(ScalarKind::Float64, *size, false);
  auto* out = reinterpret_cast<double*>(array->data);
  for (std::int64_t k = 0, n = array->size(); k < n; ++k) out[k] = draw();
  return Value(array);
}

Value doubles_of_size(const std::optional<std::vector<std::int64_t>>& size, MersenneTwister& state) {
  if (!size) return Value::floating(state.next_double());
  Ref<Array> array = Array::make(ScalarKind::Float64, *size, false);
  state.fill({reinterpret_cast<double*>(array->data), static_cast<std::size_t>(array->size())});
  return Value(array);
}

std::optional<std::vector<std::int64_t>> size_argument(const BoundArguments& bound, std::size_t parameter) {
  if (!bound.has(parameter)) return std::nullopt;
  return shape_of_argument(bound[parameter]);
}

// rand(2, 3): the extents are the arguments.
std::optional<std::vector<std::int64_t>> size_of_arguments(const Arguments& arguments, const char* name) {
  refuse_keywords(arguments, name);
  if (arguments.positional.empty()) return std::nullopt;
  std::vector<std::int64_t> size;
  for (const Value& value : arguments.positional) size.push_back(index_of(value));
  return size;
}

double real_or(const BoundArguments& bound, std::size_t parameter, double otherwise) {
  if (bound[parameter].is_unbound()) return otherwise;
  if (!bound[parameter].is_number())
    raise(ExceptionKind::TypeError, "pyvm: parameters of distributions are numbers here, not '{}'",
          type_name_of(bound[parameter]));
  return number_as_double(bound[parameter]);
}

void seed_state(CallContext& context, MersenneTwister& state, const Value& seed) {
  if (seed.is_unbound() || seed.is(Tag::None)) {
    state = MersenneTwister();
    return;
  }
  auto checked = [](std::int64_t value) {
    if (value < 0 || value > 0xffffffffll) raise(ExceptionKind::ValueError, "Seed must be between 0 and 2**32 - 1");
    return static_cast<std::uint32_t>(value);
  };
  if (const std::optional<std::int64_t> value = try_index(seed)) {
    state.seed(checked(*value));
    return;
  }
  if (!seed.is(Tag::Tuple) && !seed.is(Tag::Array))
    raise(ExceptionKind::TypeError, "Cannot cast {} to an integer seed", type_name_of(seed));
  const Ref<Array> array = to_array(context, seed, std::nullopt);
  if (array->size() == 0) raise(ExceptionKind::ValueError, "Seed must be non-empty");
  if (array->ndim != 1) raise(ExceptionKind::ValueError, "Seed array must be 1-d");
  std::vector<std::uint32_t> key;
  for (ElementCursor cursor(*array); !cursor.done(); cursor.advance())
    key.push_back(checked(static_cast<std::int64_t>(load_scalar(array->dtype, cursor.at()))));
  state.seed(std::span<const std::uint32_t>(key));
}

// Kinds of 8 and 16 bits take several draws out of one word.
class NarrowDraws {
public:
  NarrowDraws(MersenneTwister& state, int bits) : state_(state), bits_(bits) {}
  std::uint32_t bounded(std::uint32_t range) {
    if (range == 0) return 0;
    const std::uint32_t mask = ~std::uint32_t{0} >> __builtin_clz(range);
    std::uint32_t value;
    do value = next() & mask;
    while (value > range);
    return value;
  }

private:
  std::uint32_t next() {
    if (left_ == 0) {
      word_ = state_.next32();
      left_ = 32 / bits_ - 1;
    } else {
      word_ >>= bits_;
      --left_;
    }
    return word_ & ((std::uint32_t{1} << bits_) - 1);
  }
  MersenneTwister& state_;
  int bits_;
  std::uint32_t word_ = 0;
  int left_ = 0;
};

ScalarBits draw_integer(MersenneTwister& state, NarrowDraws& narrow, ScalarKind kind, std::uint64_t low,
                        std::uint64_t range) {
  std::uint64_t value;
  if (size_of(kind) == 8)
    value = state.bounded64(range);
  else if (size_of(kind) == 4)
    value = state.bounded32(static_cast<std::uint32_t>(range));
  else
    value = narrow.bounded(static_cast<std::uint32_t>(range));
  return convert_bits(low + value, ScalarKind::UInt64, kind);
}

struct RandomStateObject final : NativeObject {
  std::string type_name() const override { return "numpy.random.mtrand.RandomState"; }
  std::string repr() const override {
    return fmt::format("RandomState(MT19937) at {}", static_cast<const void*>(this));
  }
  Value attribute(const std::string& name) override;
  MersenneTwister state;
};

template <RandomFunction function> Value on_object_state(CallContext& context, const Arguments& arguments) {
  return function(context, static_cast<RandomStateObject&>(arguments.positional[0].as<NativeObject>()).state,
                  without_self(arguments));
}

Value RandomStateObject::attribute(const std::string& name) {
#define RANDOM(guest_name, function)                                                                                   \
  if (name == guest_name)                                                                                              \
    return Value(make<BoundMethod>(make<Builtin>(guest_name, on_object_state<function>), Value(this)));
#include "vm/builtins/builtins.def"
  return Value();
}

} // namespace

MersenneTwister& global_random_state(const CallContext& context) {
  static MersenneTwister outside;
  thread_local MersenneTwister inside;
  return context.dialect == Dialect::Njit ? inside : outside;
}

Value random_state(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "RandomState", "seed?");
  Ref<RandomStateObject> object = make<RandomStateObject>();
  seed_state(context, object->state, bound[0]);
  return Value(object);
}

Value random_seed(CallContext& context, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "seed", "seed?");
  seed_state(context, state, bound[0]);
  return Value::none();
}

Value random_rand(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  return doubles_of_size(size_of_arguments(arguments, "rand"), state);
}

Value random_sample(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "random_sample", "size?");
  return doubles_of_size(size_argument(bound, 0), state);
}

Value random_uniform(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "uniform", "low? high? size?");
  const double low = real_or(bound, 0, 0.0), range = real_or(bound, 1, 1.0) - low;
  if (!std::isfinite(range)) raise(ExceptionKind::OverflowError, "Range exceeds valid bounds");
  return floats_of_size(size_argument(bound, 2), [&] { return low + range * state.next_double(); });
}

Value random_randn(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  return floats_of_size(size_of_arguments(arguments, "randn"), [&] { return state.next_gauss(); });
}

Value random_standard_normal(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "standard_normal", "size?");
  return floats_of_size(size_argument(bound, 0), [&] { return state.next_gauss(); });
}

Value random_normal(CallContext&, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "normal", "loc? scale? size?");
  const double centre = real_or(bound, 0, 0.0), scale = real_or(bound, 1, 1.0);
  if (scale < 0 || std::signbit(scale)) raise(ExceptionKind::ValueError, "scale < 0");
  return floats_of_size(size_argument(bound, 2), [&] { return centre + scale * state.next_gauss(); });
}

Value random_randint(CallContext& context, MersenneTwister& state, const Arguments& arguments) {
  const BoundArguments bound(arguments, "randint", "low high? size? dtype?");
  const ScalarKind kind = dtype_or(bound, 3, ScalarKind::Int64);
  if (is_float(kind)) raise(ExceptionKind::TypeError, "Unsupported dtype dtype('{}') for randint", name_of(kind));
  const bool has_high = bound.has(1);
  const std::int64_t low = has_high ? index_of(bound[0]) : 0, high = index_of(bound[has_high ? 1 : 0]);
  if (low >= high) raise(ExceptionKind::ValueError, "{}", has_high ? "low >= high" : "high <= 0");
  if (!fits(kind, low)) raise(ExceptionKind::ValueError, "low is out of bounds for {}", name_of(kind));
  if (!fits(kind, high - 1)) raise(ExceptionKind::ValueError, "high is out of bounds for {}", name_of(kind));
  const auto from = static_cast<std::uint64_t>(low), range = static_cast<std::uint64_t>(high) - 1 - from;
  // A bool takes one bit a draw.
  NarrowDraws narrow(state, kind == ScalarKind::Bool ? 1 : static_cast<int>(size_of(kind)) * 8 % 32);
  const std::optional<std::vector<std::int64_t>> size = size_argument(bound, 2);
  if (!size) {
    const ScalarBits bits = draw_integer(state, narrow, kind, from, range);
    return bound.has(3) && !bound[3].is(Tag::Type) ? dialect_scalar(context, kind, bits)
           : kind == ScalarKind::Bool              ? Value::boolean(bits != 0)
           : kind == ScalarKind::Int64             ? Value::integer(static_cast<std::int64_t>(bits))
                                                   : dialect_scalar(context, kind, bits);
  }
  Ref<Array> array = Array::make(kind, *size, false);
  std::byte* at = array->data;
  for (std::int64_t k = 0, n = array->size(); k < n; ++k, at += array->item_size())
    store_scalar(kind, at, draw_integer(state, narrow, kind, from, range));
  return Value(array);
}

} // namespace pyvm::native
