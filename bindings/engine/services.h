// What the doors may ask of the parts below the engine: reports on regions, and the number of threads.
#pragma once

#include "scheduler/scheduler.h"
#include "tracer/trace/tracer.h"

namespace pyvm::engine {

using tracer::RegionReport;
using tracer::regions_of;

using scheduler::max_threads;
using scheduler::num_threads;
using scheduler::set_num_threads;
using scheduler::thread_id;

} // namespace pyvm::engine
