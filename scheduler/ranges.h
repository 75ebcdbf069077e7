#pragma once
// A range word: the grains that one participant of a job may still hand out, {epoch 24, begin 20, end 20} in one atomic
// word. The owner takes from the front, thieves take the back half. A claim is a successful compare-and-swap.
//
// The protocol (README.md has the proof):
//   - Only the owner makes an empty word full (publish), and only while it holds a claim on the job or is its caller.
//   - A word therefore describes exactly the unclaimed grains of the job that is alive, and a compare-and-swap that
//     succeeds claims grains of that job, even if the expected value was read during another job. Whoever claims reads
//     everything else about the job afterwards.
//   - The epoch (the job's number modulo 2^24) makes such late successes rare. Nothing rests on it; Stress::same_epoch
//     turns it off.
//
// Orders: publish is a release and steal an acquire, so a thief sees all that the publisher saw: the caller's set-up of
// the job. All later changes of a published word are read-modify-writes and continue its release sequence.

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace pyvm::scheduler {

struct Range {
  std::uint32_t epoch = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }

  // Takes 1/share of it, at least one grain and at most `most`, away from the front. Not for empty ranges.
  Range cut_front(std::uint32_t share, std::uint32_t most) {
    const std::uint32_t count = std::min(std::max(1u, size() / share), most);
    const Range taken{epoch, begin, begin + count};
    begin += count;
    return taken;
  }
};

class RangeWord {
public:
  static constexpr unsigned index_bits = 20;
  static constexpr std::uint32_t largest_index = (1u << index_bits) - 1;
  static constexpr std::uint32_t epoch_mask = (1u << 24) - 1;

  // The owner's, on an empty word.
  void publish(Range range) { word_.store(pack(range), std::memory_order_release); }

  Range peek() const { return unpack(word_.load(std::memory_order_relaxed)); }

  // The owner's: claims 1/share of the range, at least one grain and at most `most`, from the front. Empty when there
  // is nothing left.
  Range take_front(std::uint32_t share, std::uint32_t most) {
    return claim([=](Range& left) { return left.cut_front(share, most); });
  }

  // A thief's: claims the larger half, at most `most`, from the back. Empty when there is nothing left.
  Range steal_back(std::uint32_t most) {
    return claim([=](Range& left) {
      const std::uint32_t count = std::min(left.size() - left.size() / 2, most);
      const Range taken{left.epoch, left.end - count, left.end};
      left.end -= count;
      return taken;
    });
  }

private:
  static std::uint64_t pack(Range range) {
    return std::uint64_t{range.epoch} << (2 * index_bits) | std::uint64_t{range.begin} << index_bits | range.end;
  }
  static Range unpack(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> (2 * index_bits)),
            static_cast<std::uint32_t>(word >> index_bits) & largest_index,
            static_cast<std::uint32_t>(word) & largest_index};
  }

  template <typename Cut> Range claim(Cut cut) {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      Range left = unpack(seen);
      if (left.empty()) return {};
      const Range taken = cut(left);
      if (word_.compare_exchange_weak(seen, pack(left), std::memory_order_acq_rel, std::memory_order_relaxed))
        return taken;
    }
  }

  std::atomic<std::uint64_t> word_{0};
};

static_assert(RangeWord::index_bits * 2 + 24 == 64);

} // namespace pyvm::scheduler
