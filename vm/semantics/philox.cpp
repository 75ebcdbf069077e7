#include "vm/semantics/philox.h"

#include <cmath>

#include "vm/semantics/math_functions.h"

namespace pyvm {

namespace {

std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

} // namespace

PhiloxBlock philox(PhiloxBlock c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{philox_multipliers[0]} * c[0],
                        p1 = std::uint64_t{philox_multipliers[1]} * c[2];
    c = {high_word(p1) ^ c[1] ^ key[0], low_word(p1), high_word(p0) ^ c[3] ^ key[1], low_word(p0)};
    key[0] += philox_weyl[0];
    key[1] += philox_weyl[1];
  }
  return c;
}

std::uint64_t bounded_of_draw(std::uint64_t x, std::uint64_t range) {
  const std::uint64_t values = range + 1; // 0 stands for 2**64
  if (values == 0) return x;
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(x) * values >> 64);
}

double normal_of_draws(std::uint64_t x, std::uint64_t y) {
  const auto math = [](MathFunction function, double value) {
    return from_bits<double>(apply_math(function, ScalarKind::Float64, to_bits(value)));
  };
  const double radius = std::sqrt(-2.0 * math(MathFunction::Log, 1.0 - unit_of_draw(x)));
  return radius * math(MathFunction::Cos, two_pi * unit_of_draw(y));
}

std::uint64_t IterationStream::next() {
  const std::uint64_t number = drawn_ >> 1;
  if (number != block_number_) {
    block_ = philox({low_word(ordinal_), high_word(ordinal_), low_word(number), high_word(number)},
                    {low_word(key_), high_word(key_)});
    block_number_ = number;
  }
  const std::size_t at = drawn_++ % 2 * 2;
  return block_[at] | std::uint64_t{block_[at + 1]} << 32;
}

} // namespace pyvm
