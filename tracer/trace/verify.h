#pragma once
// Self-checking: PYVM_VERIFY=0.05 runs that share of what compiled code does twice, and compares.
//
// The problem. A miscompile is silent: the program goes on with a wrong number. The interpreter's result is the
// definition (DESIGN section 2), so a piece of a loop can be checked where it happens, on the user's own data:
// interpret it, run it compiled, compare what both have left behind.
//
//   interpret the piece            stores go to memory, what they overwrite into a log (vm/object/store_log.h)
//   roll back                      memory is as it was; the log keeps what the interpreter had stored
//   run the piece compiled         exits finish in the interpreter, as always
//   compare                        logged elements, lanes, block totals, last values, registers, exceptions
//   same: the compiled result stays. Else: report, blacklist the loop, write the log over memory, take the
//   interpreter's results; the program goes on.
//
// A log that loads look into first would need a second kind of load everywhere: in subscripts, views, array expressions
// and reductions, and a missed one would be a false report. Rolling back needs stores alone to know of the log, and
// only those of the interpreter; the interpreter pays one test for each subscript store. What it costs: other threads
// may see memory of the piece change twice. In a program without races none of them looks.
//
// A piece of a prange is as many blocks as compiled code runs in one go, where there are reductions; else 1/256 of the
// iterations or more, in whole steps of lanes. It is cut again where the scheduler's grains end. The interpreter and
// compiled code each have a job of their own (PrangeJob::Apart), so that nothing is left behind before the comparison.
//
// A piece of a hot range or while loop is one entry, up to the loop's end. Both runs have a copy of the frame whose
// code stops wherever the loop is left; where compiled code leaves early, the interpreter goes on from that exit.
// Compared are the registers that are alive at the loop's end.
//
// Which pieces: a hash of the loop's place, the number of the entry and the number of the piece against the share, so
// that 1 means all, and that the same program checks the same pieces each time.
//
// Threads. One piece at a time in the whole process; other threads go on running, and wait only to verify. So two
// verified pieces never see each other's memory between a roll back and the second run. The thread that verifies waits
// for nobody: loops inside the piece are interpreted on it (Interpreter::verifying). A program whose iterations write
// what others read has unspecified values (DESIGN section 3), and may be reported; one without races is not, unless its
// compiled code is wrong.
//
// Not verified: a piece that leaves other marks than elements (output, a random state of the thread, the clock, an
// iterator from outside: Unrepeatable), one that runs out of memory, and one that the user stops. Elements that
// compiled code has stored and the interpreter has not are looked for in small arrays, where nobody else can have
// stored them (stray_stores.h).

#include <cstdint>
#include <functional>

#include "tracer/trace/region.h"
#include "vm/interp/frame.h"
#include "vm/interp/prange.h"

namespace pyvm::tracer {

// Whether any piece is: what is asked first.
bool verifies();
// Whether this piece of the region's entry is.
bool is_verified(const Region& region, std::int64_t entry, std::int64_t piece);

// One piece, run in compiled code for the job that it is given. Gives the first ordinal that raised, or the end.
using RunPiece = std::function<std::int64_t(PrangeJob&)>;

// Iterations [begin, end) of a prange, twice; what counts is left in the job.
std::int64_t verify_piece(Interpreter& interpreter, PrangeJob& job, LoopRecord& loop, const Region& region,
                          std::int64_t entry, std::int64_t begin, std::int64_t end, const RunPiece& run_compiled);

// Enters compiled code with a frame that is on top and fills it as an exit does, with what it has called on top.
using RunEntry = std::function<void(Frame&)>;

// The loop whose header the frame has reached, to its end, twice. True: the frame stands behind the loop, or where it
// returns. False: the entry cannot be verified, and nothing has changed.
bool verify_entry(Interpreter& interpreter, Frame& frame, LoopRecord& loop, const Region& region, std::int64_t entry,
                  const RunEntry& run_compiled);

} // namespace pyvm::tracer
