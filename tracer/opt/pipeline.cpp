//              +------------------- until each has run and changed nothing, at most 4 rounds --------------+
//              |                                                                                            |
//   region ----+-> thread -> early -> fold -> forward -> hoist -> promote -> carry -> remove dead -----------+-> region
//
//   thread       lets an `if` whose constant makes the next one leave leave itself
//   early        puts what follows an early return or `continue` into the other side of its `if`
//   fold         writes the region anew through the builder: constants, identities, common subexpressions, conditions
//   forward      gives loads the value that was stored or loaded there, drops overwritten stores
//   hoist        moves what does not vary out of loops, so that places in loops are seen to stand still
//   promote      makes places that a loop updates into values that it carries
//   carry        makes what one iteration stores and the next one loads into such a value, too
//   remove dead  cuts what is left without a use, so that no later pass keeps alive what nothing needs
//
// Before the first `early`, `hoist` sees the blocks: a load behind a `continue` may leave the loop, one inside an `if` may
// not. For the same reason a region whose checks are still to be removed keeps its blocks (optimise_recorded).
//
// Each pass gives what the next can use. What the first round has uncovered - `lo < hi` of known loops, equal
// subscripts, copies - the second one's fold takes up; a third seldom finds anything. A
// region comes from a builder, which folds what it writes: the first round folds only what was changed before.
#include "tracer/opt/pipeline.h"

#include <span>

#include <fmt/format.h>

#include "tracer/ir/verify.h"
#include "tracer/opt/passes.h"
#include "vm/support/stress.h"

namespace pyvm::tracer {

namespace {

constexpr int most_rounds = 4;

struct Pass {
  std::string_view name;
  bool (*run)(ir::Region&, const AliasInfo&);
};

constexpr Pass fold = {"fold", [](ir::Region& region, const AliasInfo&) { return fold_and_number(region); }};
constexpr Pass thread = {"thread", [](ir::Region& region, const AliasInfo&) { return thread_conditions(region); }};
constexpr Pass early = {"early", [](ir::Region& region, const AliasInfo&) { return nest_early_leaves(region); }};
constexpr Pass forward = {"forward", forward_memory};
constexpr Pass hoist = {"hoist", hoist_invariants};
constexpr Pass promote = {"promote", promote_stores};
constexpr Pass carry = {"carry", carry_recurrences};
constexpr Pass dead = {"dead", [](ir::Region& region, const AliasInfo&) { return remove_dead(region); }};
constexpr Pass all_passes[] = {thread, early, fold, forward, hoist, promote, carry, dead};
constexpr Pass passes_that_keep_blocks[] = {thread, fold, forward, hoist, promote, carry, dead};

bool run(const Pass& pass, ir::Region& region, const AliasInfo& alias) {
  const auto place = [&] { return fmt::format("{} of {}:{} {}", pass.name, region.file, region.line, region.name); };
  if (!within_limit(StressSwitch::Passes, place)) return false;
  const bool changed = pass.run(region, alias);
#ifndef NDEBUG
  ir::check(region, pass.name);
#endif
  return changed;
}

struct Pipeline {
  ir::Region& region;
  const AliasInfo alias{};
  const PassObserver observer{};
  std::size_t unchanged = 0; // by so many passes on end

  bool step(const Pass& pass) {
    const bool changed = run(pass, region, alias);
    if (changed && observer) observer(pass.name, region);
    unchanged = changed ? 0 : unchanged + 1;
    return changed;
  }
  void rest_and_rounds(std::span<const Pass> passes) {
    for (const Pass& pass : {forward, hoist, promote, carry, dead}) step(pass);
    for (int round = 1; round < most_rounds; ++round)
      for (const Pass& pass : passes) {
        step(pass);
        if (unchanged == passes.size()) return;
      }
  }
};

} // namespace

void optimise_recorded(ir::Region& region) {
  Pipeline pipeline{.region = region};
  if (pipeline.step(thread)) pipeline.step(fold);
  pipeline.rest_and_rounds(passes_that_keep_blocks);
}

void optimise(ir::Region& region, const AliasInfo& alias, const PassObserver& observer) {
  Pipeline pipeline{.region = region, .alias = alias, .observer = observer};
  bool changed = pipeline.step(thread);
  changed |= pipeline.step(hoist);
  changed |= pipeline.step(early);
  if (changed) pipeline.step(fold);
  pipeline.rest_and_rounds(all_passes);
}

std::optional<bool> run_pass(std::string_view name, ir::Region& region, const AliasInfo& alias) {
  for (const Pass& pass : all_passes)
    if (pass.name == name) return run(pass, region, alias);
  return std::nullopt;
}

} // namespace pyvm::tracer
