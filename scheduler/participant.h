#pragma once
// What a thread does with a job: as its caller, or as a worker that helps.

#include "scheduler/job.h"
#include "scheduler/pool.h"

namespace pyvm::scheduler {

// By worker `worker`: steals and runs parts of the job until it finds none.
void help(Pool& pool, JobRecord& job, int worker);

// By the caller, once the job is set up: runs it with whoever helps, and returns when it is done. Nobody is woken for
// less than `worth_sharing_microseconds`.
void run_as_caller(Pool& pool, JobRecord& job, double worth_sharing_microseconds);

// By the caller of a job: asks its poll when due, and takes over stops of enclosing jobs.
void look_after(JobRecord& job, std::int64_t now_ns);

} // namespace pyvm::scheduler
