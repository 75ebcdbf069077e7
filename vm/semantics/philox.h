#pragma once
// Random numbers inside a prange: the same on any number of threads, in any order of the iterations, in any lane.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011). It
// has no state: ten rounds turn a key of 64 bits and a counter of 128 bits into a block of 128 random bits. So what an
// iteration draws depends on three numbers, and on nothing that happened elsewhere:
//
//   key    64 bits, drawn once where the loop is entered, from whatever np.random draws from there: the MT19937 stream
//          of the thread (two 32-bit words, the high one first), or for a prange inside an iteration that iteration's
//          stream. It is drawn only by a loop of at least one iteration whose body may draw (vm/interp/draws.h), so
//          that other loops do not disturb the stream outside.
//   i      the ordinal of the iteration: 0 for the first, whatever start and step of the range are
//   draw   how many the iteration has drawn before; calls of njit functions and inner range loops go on counting
//
// Draws 2k and 2k + 1 of iteration i are the block of counter words {i low, i high, k low, k high} under key words
// {key low, key high}; word 0 is the low and word 1 the high half of draw 2k, words 2 and 3 are those of draw 2k + 1.
//
// What a draw x becomes. Each function takes a fixed number of draws, so that lanes of a vector stay together:
//
//   rand, random, ...     1   (x >> 11) * 2**-53, in [0, 1)
//   uniform(low, high)    1   low + (high - low) * u
//   randint(low, high)    1   low + the high half of x * (high - low): no rejection. The probability of a value is
//                             off by less than 2**-64, which no run of this century can see.
//   standard_normal, ...  2   sqrt(-2 log(1 - u)) * cos(2 pi v) of draws u, v: Box and Muller's first value. 1 - u
//                             is exact and in (0, 1], so that the tails reach 8.57. The sine of the pair is not used:
//                             a value kept for the next call would tie calls to each other.
//   normal(loc, scale)    2   loc + scale * standard_normal
//
// Outside a prange np.random is NumPy's RandomState to the bit (vm/builtins/mersenne_twister.h).

#include <array>
#include <cstdint>

namespace pyvm {

using PhiloxBlock = std::array<std::uint32_t, 4>;

// Multipliers of the two halves, and what the key's words grow by from round to round.
constexpr std::uint32_t philox_multipliers[2] = {0xD2511F53, 0xCD9E8D57};
constexpr std::uint32_t philox_weyl[2] = {0x9E3779B9, 0xBB67AE85};
constexpr int philox_rounds = 10;

PhiloxBlock philox(PhiloxBlock counter, std::array<std::uint32_t, 2> key);

// What is drawn: [0, 1), standard normal, an int in [0, range].
enum class DrawKind : std::int64_t { Unit, Gauss, Bounded };

constexpr double draw_scale = 1.0 / 9007199254740992.0; // 2**-53
constexpr double two_pi = 6.283185307179586;

// [0, 1) with 53 bits.
inline double unit_of_draw(std::uint64_t x) { return static_cast<double>(x >> 11) * draw_scale; }
// [0, range]
std::uint64_t bounded_of_draw(std::uint64_t x, std::uint64_t range);
double normal_of_draws(std::uint64_t x, std::uint64_t y);

// What one iteration draws.
class IterationStream {
public:
  IterationStream() = default;
  IterationStream(std::uint64_t key, std::int64_t ordinal) : key_(key), ordinal_(static_cast<std::uint64_t>(ordinal)) {}

  std::uint64_t next();
  std::int64_t drawn() const { return static_cast<std::int64_t>(drawn_); }
  // Goes on as if so many had been drawn.
  void continue_at(std::int64_t drawn) { drawn_ = static_cast<std::uint64_t>(drawn); }

private:
  std::uint64_t key_ = 0, ordinal_ = 0, drawn_ = 0;
  std::uint64_t block_number_ = ~std::uint64_t{0}; // of block_
  PhiloxBlock block_{};
};

} // namespace pyvm
