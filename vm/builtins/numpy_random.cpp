// numpy.random's legacy functions.
#include "vm/builtins/numpy_random.h"

#include <cmath>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/object/store_log.h"
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

MersenneTwister seeded_state(CallContext& context, const Value& seed) {
  MersenneTwister state;
  if (seed.is_unbound() || seed.is(Tag::None)) return state;
  auto checked = [](std::int64_t value) {
    if (value < 0 || value > 0xffffffffll) raise(ExceptionKind::ValueError, "Seed must be between 0 and 2**32 - 1");
    return static_cast<std::uint32_t>(value);
  };
  if (const std::optional<std::int64_t> value = try_index(seed)) {
    state.seed(checked(*value));
    return state;
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
  return state;
}

ScalarBits draw_integer(Draws& draws, ScalarKind kind, std::uint64_t low, std::uint64_t range) {
  const int bits = kind == ScalarKind::Bool ? 1 : static_cast<int>(size_of(kind)) * 8;
  return convert_bits(low + draws.bounded(range, bits), ScalarKind::UInt64, kind);
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
  leaves_marks("a random state advances");
  auto& object = static_cast<RandomStateObject&>(arguments.positional[0].as<NativeObject>());
  return function(context, Draws(object.state), without_self(arguments));
}

Value RandomStateObject::attribute(const std::string& name) {
#define RANDOM(guest_name, function, id)                                                                               \
  if (name == guest_name)                                                                                              \
    return Value(make<BoundMethod>(make<Builtin>(guest_name, on_object_state<function>), Value(this)));
#include "vm/builtins/builtins.def"
  return Value();
}

} // namespace

MersenneTwister& thread_random_state() {
  thread_local MersenneTwister state;
  return state;
}

Draws Draws::of(const CallContext& context) {
  static MersenneTwister outside;
  const bool is_njit = context.dialect == Dialect::Njit;
  if (is_njit && context.iteration_stream) return Draws(*context.iteration_stream);
  leaves_marks("a random state advances");
  return Draws(is_njit ? thread_random_state() : outside);
}

double Draws::next_double() { return iteration_ ? unit_of_draw(iteration_->next()) : twister_->next_double(); }

double Draws::next_gauss() {
  if (!iteration_) return twister_->next_gauss();
  const std::uint64_t x = iteration_->next();
  return normal_of_draws(x, iteration_->next());
}

std::uint64_t Draws::next64() { return iteration_ ? iteration_->next() : twister_->next64(); }

std::uint32_t Draws::narrow_word(int bits) {
  if (left_ == 0) {
    word_ = twister_->next32();
    left_ = 32 / bits - 1;
  } else {
    word_ >>= bits;
    --left_;
  }
  return word_ & ((std::uint32_t{1} << bits) - 1);
}

std::uint64_t Draws::bounded(std::uint64_t range, int bits) {
  if (iteration_) return bounded_of_draw(iteration_->next(), range);
  if (bits == 64) return twister_->bounded64(range);
  if (bits == 32) return twister_->bounded32(static_cast<std::uint32_t>(range));
  if (range == 0) return 0;
  const std::uint32_t mask = ~std::uint32_t{0} >> __builtin_clz(static_cast<std::uint32_t>(range));
  std::uint32_t value;
  do value = narrow_word(bits) & mask;
  while (value > range);
  return value;
}

void Draws::seed(const MersenneTwister& state) {
  if (!iteration_) {
    *twister_ = state;
    return;
  }
  MersenneTwister copy = state;
  *iteration_ = IterationStream(copy.next64(), 0);
}

Value random_state(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "RandomState", "seed?");
  Ref<RandomStateObject> object = make<RandomStateObject>();
  object->state = seeded_state(context, bound[0]);
  return Value(object);
}

Value random_seed(CallContext& context, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "seed", "seed?");
  draws.seed(seeded_state(context, bound[0]));
  return Value::none();
}

Value random_rand(CallContext&, Draws draws, const Arguments& arguments) {
  return floats_of_size(size_of_arguments(arguments, "rand"), [&] { return draws.next_double(); });
}

Value random_sample(CallContext&, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "random_sample", "size?");
  return floats_of_size(size_argument(bound, 0), [&] { return draws.next_double(); });
}

Value random_uniform(CallContext&, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "uniform", "low? high? size?");
  const double low = real_or(bound, 0, 0.0), range = real_or(bound, 1, 1.0) - low;
  if (!std::isfinite(range)) raise(ExceptionKind::OverflowError, "Range exceeds valid bounds");
  return floats_of_size(size_argument(bound, 2), [&] { return low + range * draws.next_double(); });
}

Value random_randn(CallContext&, Draws draws, const Arguments& arguments) {
  return floats_of_size(size_of_arguments(arguments, "randn"), [&] { return draws.next_gauss(); });
}

Value random_standard_normal(CallContext&, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "standard_normal", "size?");
  return floats_of_size(size_argument(bound, 0), [&] { return draws.next_gauss(); });
}

Value random_normal(CallContext&, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "normal", "loc? scale? size?");
  const double centre = real_or(bound, 0, 0.0), scale = real_or(bound, 1, 1.0);
  if (scale < 0 || std::signbit(scale)) raise(ExceptionKind::ValueError, "scale < 0");
  return floats_of_size(size_argument(bound, 2), [&] { return centre + scale * draws.next_gauss(); });
}

Value random_randint(CallContext& context, Draws draws, const Arguments& arguments) {
  const BoundArguments bound(arguments, "randint", "low high? size? dtype?");
  const ScalarKind kind = dtype_or(bound, 3, ScalarKind::Int64);
  if (is_float(kind)) raise(ExceptionKind::TypeError, "Unsupported dtype dtype('{}') for randint", name_of(kind));
  const bool has_high = bound.has(1);
  const std::int64_t low = has_high ? index_of(bound[0]) : 0, high = index_of(bound[has_high ? 1 : 0]);
  if (low >= high) raise(ExceptionKind::ValueError, "{}", has_high ? "low >= high" : "high <= 0");
  if (!fits(kind, low)) raise(ExceptionKind::ValueError, "low is out of bounds for {}", name_of(kind));
  if (!fits(kind, high - 1)) raise(ExceptionKind::ValueError, "high is out of bounds for {}", name_of(kind));
  const auto from = static_cast<std::uint64_t>(low), range = static_cast<std::uint64_t>(high) - 1 - from;
  const std::optional<std::vector<std::int64_t>> size = size_argument(bound, 2);
  if (!size) {
    const ScalarBits bits = draw_integer(draws, kind, from, range);
    return bound.has(3) && !bound[3].is(Tag::Type) ? dialect_scalar(context, kind, bits)
           : kind == ScalarKind::Bool              ? Value::boolean(bits != 0)
           : kind == ScalarKind::Int64             ? Value::integer(static_cast<std::int64_t>(bits))
                                                   : dialect_scalar(context, kind, bits);
  }
  Ref<Array> array = Array::make(kind, *size, false);
  std::byte* at = array->data;
  for (std::int64_t k = 0, n = array->size(); k < n; ++k, at += array->item_size())
    store_scalar(kind, at, draw_integer(draws, kind, from, range));
  return Value(array);
}

} // namespace pyvm::native
