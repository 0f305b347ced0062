// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw host system calls (x86_64). The shared file is waited for by spinning, then by futex with a
 * timeout, so that a harness that vanished without a signal is noticed too.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "protocol_in_kernel.h"
#include "host.h"

enum host_call {
	HOST_open = 2,
	HOST_close = 3,
	HOST_lseek = 8,
	HOST_mmap = 9,
	HOST_mprotect = 10,
	HOST_rt_sigprocmask = 14,
	HOST_sched_yield = 24,
	HOST_ptrace = 101,
	HOST_getppid = 110,
	HOST_prctl = 157,
	HOST_futex = 202,
	HOST_clock_gettime = 228,
	HOST_exit_group = 231,
};

#define HOST_O_RDWR 2
#define HOST_SEEK_END 2
#define HOST_PROT_READ_WRITE 3
#define HOST_PROT_READ_EXEC 5
#define HOST_MAP_SHARED 1
#define HOST_MAP_PRIVATE_ANONYMOUS 0x22
#define HOST_SIG_BLOCK 0
#define HOST_SIG_UNBLOCK 1
#define HOST_SIGALRM 14
#define HOST_SIGVTALRM 26
#define HOST_SIGWINCH 28
#define HOST_SIGIO 29
#define SIGNAL_BIT(nr) (1ul << ((nr)-1))
#define HOST_PR_SET_PDEATHSIG 1
#define HOST_SIGKILL 9
#define HOST_PTRACE_SETOPTIONS 0x4200
#define HOST_PTRACE_OPTIONS (1 | 1 << 20) /* TRACESYSGOOD as the kernel set it, EXITKILL */
#define HOST_FUTEX_WAIT 0
#define HOST_FUTEX_WAKE 1
#define HOST_CLOCK_MONOTONIC 1

#define SPIN_NS 50000
#define SPINS_PER_LOOK 64

struct host_timespec {
	long seconds, ns;
};

static long harness_pid;
static u64 tsc_start, ns_start, ns_per_tick_q32;

static long host_call(enum host_call nr, long a, long b, long c, long d, long e)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	register long r9 asm("r9") = 0;
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "0"((long)nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
	return result;
}

static bool is_error(long result)
{
	return result < 0 && result > -4096;
}

void *host_memory(unsigned long bytes)
{
	long address = host_call(HOST_mmap, 0, PAGE_ALIGN(bytes), HOST_PROT_READ_WRITE,
				 HOST_MAP_PRIVATE_ANONYMOUS, -1);

	return is_error(address) ? NULL : (void *)address;
}

struct linux_shared *host_map_shared(const char *path, const char **problem)
{
	struct linux_shared *shared;
	long fd = host_call(HOST_open, (long)path, HOST_O_RDWR, 0, 0, 0);
	long address;

	*problem = "cannot open the shared file";
	if (is_error(fd))
		return NULL;
	*problem = "the shared file is too short";
	if (host_call(HOST_lseek, fd, 0, HOST_SEEK_END, 0, 0) < (long)sizeof(*shared))
		return NULL;
	*problem = "cannot map the shared file";
	address =
		host_call(HOST_mmap, 0, sizeof(*shared), HOST_PROT_READ_WRITE, HOST_MAP_SHARED, fd);
	host_call(HOST_close, fd, 0, 0, 0, 0);
	if (is_error(address))
		return NULL;
	shared = (struct linux_shared *)address;
	*problem = "the shared file is of another protocol version: build both sides anew";
	if (shared->magic != LINUX_PROTOCOL_MAGIC || shared->version != LINUX_PROTOCOL_VERSION)
		return NULL;
	return shared;
}

long host_protect_text(void *address, unsigned long bytes, bool writable)
{
	unsigned long start = (unsigned long)address & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)address + bytes);

	return host_call(HOST_mprotect, (long)start, (long)(end - start),
			 HOST_PROT_READ_EXEC | (writable ? HOST_PROT_READ_WRITE : 0), 0, 0);
}

/*
 * Timers and consoles: the kernel turns interrupts on here and there, and would see to them then.
 */
void host_hold_signals(bool hold)
{
	unsigned long mask = SIGNAL_BIT(HOST_SIGALRM) | SIGNAL_BIT(HOST_SIGVTALRM) |
			     SIGNAL_BIT(HOST_SIGWINCH) | SIGNAL_BIT(HOST_SIGIO);

	host_call(HOST_rt_sigprocmask, hold ? HOST_SIG_BLOCK : HOST_SIG_UNBLOCK, (long)&mask, 0,
		  sizeof(mask), 0);
}

static u64 host_clock(void)
{
	struct host_timespec now;

	host_call(HOST_clock_gettime, HOST_CLOCK_MONOTONIC, (long)&now, 0, 0, 0);
	return (u64)now.seconds * 1000000000u + (u64)now.ns;
}

static u64 ticks(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (u64)high << 32 | low;
}

/* A millisecond tells how long a tick of the time-stamp counter is. */
static void calibrate_clock(void)
{
	u64 elapsed_ns, elapsed_ticks;

	ns_start = host_clock();
	tsc_start = ticks();
	do {
		elapsed_ns = host_clock() - ns_start;
		elapsed_ticks = ticks() - tsc_start;
	} while (elapsed_ns < 1000000);
	ns_per_tick_q32 = (elapsed_ns << 32) / max_t(u64, elapsed_ticks, 1);
}

u64 host_ns(void)
{
	return mul_u64_u64_shr(ticks() - tsc_start, ns_per_tick_q32, 32);
}

/*
 * The process that runs the guest's user space is traced by us; without EXITKILL it would outlive
 * a kernel that was killed.
 */
void host_die_together(int child)
{
	calibrate_clock();
	harness_pid = host_call(HOST_getppid, 0, 0, 0, 0, 0);
	host_call(HOST_prctl, HOST_PR_SET_PDEATHSIG, HOST_SIGKILL, 0, 0, 0);
	host_call(HOST_ptrace, HOST_PTRACE_SETOPTIONS, child, 0, HOST_PTRACE_OPTIONS, 0);
}

static void sleep_until_request(struct linux_shared *shared, u32 last)
{
	struct host_timespec second = { .seconds = 1 };

	WRITE_ONCE(shared->guest_sleeps, 1);
	asm volatile("mfence" : : : "memory");
	if (READ_ONCE(shared->request) == last)
		host_call(HOST_futex, (long)&shared->request, HOST_FUTEX_WAIT, last, (long)&second,
			  0);
	WRITE_ONCE(shared->guest_sleeps, 0);
	if (host_call(HOST_getppid, 0, 0, 0, 0, 0) != harness_pid)
		host_call(HOST_exit_group, 1, 0, 0, 0, 0);
}

u32 host_wait_request(struct linux_shared *shared, u32 last)
{
	u64 start = host_ns();
	u32 request, spins = 0;

	while ((request = smp_load_acquire(&shared->request)) == last) {
		asm volatile("pause");
		if (++spins % SPINS_PER_LOOK)
			continue;
		/* Both may have to share one CPU. */
		host_call(HOST_sched_yield, 0, 0, 0, 0, 0);
		if (host_ns() - start < SPIN_NS)
			continue;
		sleep_until_request(shared, last);
		start = host_ns();
	}
	return request;
}

void host_answer(struct linux_shared *shared, u32 request)
{
	smp_store_release(&shared->answer, request);
	asm volatile("mfence" : : : "memory");
	if (READ_ONCE(shared->host_sleeps))
		host_call(HOST_futex, (long)&shared->answer, HOST_FUTEX_WAKE, 1, 0, 0);
}
