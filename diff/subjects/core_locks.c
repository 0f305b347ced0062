/* SPDX-License-Identifier: MIT */
/* The core holds one pcp lock and one zone lock at most, so two ids are the whole state. */
#include "diff/subjects/core_locks.h"

#include <stdarg.h>
#include <stdio.h>

#define NAME_MAX_BYTES 48

static __attribute__((format(printf, 2, 3))) void report(struct core_locks *locks,
							 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(locks->text, sizeof(locks->text), format, arguments);
	va_end(arguments);
	locks->broken(locks->context, locks->text);
}

static bool is_zone_lock(const struct core_locks *locks, uint32_t id)
{
	return id < locks->nr_zones;
}

static bool exists(const struct core_locks *locks, uint32_t id)
{
	return id < locks->nr_zones * (1 + locks->nr_cpus);
}

static const char *name_lock(const struct core_locks *locks, uint32_t id, char *name)
{
	if (is_zone_lock(locks, id))
		snprintf(name, NAME_MAX_BYTES, "the lock of zone %u", id);
	else
		snprintf(name, NAME_MAX_BYTES, "the pcp lock of cpu %u in zone %u",
			 id / locks->nr_zones - 1, id % locks->nr_zones);
	return name;
}

static uint32_t *holder_of(struct core_locks *locks, uint32_t id)
{
	return is_zone_lock(locks, id) ? &locks->zone_held : &locks->pcp_held;
}

/* What is wrong with taking id now, or NULL; *other is the lock it collides with. */
static const char *find_fault(const struct core_locks *locks, uint32_t id, uint32_t *other)
{
	bool is_zone = is_zone_lock(locks, id);
	uint32_t held = is_zone ? locks->zone_held : locks->pcp_held;

	*other = held;
	if (held != LOCK_NONE)
		return held == id ? "is taken twice" : "is taken inside another of its kind,";
	*other = is_zone ? locks->pcp_held : locks->zone_held;
	if (*other == LOCK_NONE)
		return NULL;
	if (!is_zone)
		return "is taken inside a zone lock, which it must be outside of (BU-65):";
	return *other % locks->nr_zones == id ? NULL
					      : "is taken inside a pcp lock of another zone,";
}

static void take(void *context, uint32_t id)
{
	struct core_locks *locks = context;
	char name[NAME_MAX_BYTES], other_name[NAME_MAX_BYTES];
	const char *fault;
	uint32_t other;

	if (!exists(locks, id)) {
		report(locks, "lock %u is taken: there is no such lock", id);
		return;
	}
	fault = find_fault(locks, id, &other);
	*holder_of(locks, id) = id;
	if (fault && other == id)
		report(locks, "%s %s", name_lock(locks, id, name), fault);
	else if (fault)
		report(locks, "%s %s %s", name_lock(locks, id, name), fault,
		       name_lock(locks, other, other_name));
}

static bool try_take(void *context, uint32_t id)
{
	struct core_locks *locks = context;

	if (locks->trylock_fails_every && ++locks->nr_trylocks % locks->trylock_fails_every == 0) {
		if (locks->busy)
			locks->busy(locks->context);
		return false;
	}
	take(context, id);
	return true;
}

static void release(void *context, uint32_t id)
{
	struct core_locks *locks = context;
	char name[NAME_MAX_BYTES];

	if (!exists(locks, id))
		report(locks, "lock %u is released: there is no such lock", id);
	else if (*holder_of(locks, id) != id)
		report(locks, "%s is released and was not held", name_lock(locks, id, name));
	else
		*holder_of(locks, id) = LOCK_NONE;
}

void core_locks_init(struct core_locks *locks, uint32_t nr_zones, uint32_t nr_cpus,
		     void (*broken)(void *context, const char *text), void *context)
{
	locks->nr_zones = nr_zones;
	locks->nr_cpus = nr_cpus;
	locks->sync = (struct buddy_sync){
		.context = locks, .lock = take, .trylock = try_take, .unlock = release
	};
	locks->broken = broken;
	locks->context = context;
	locks->text[0] = '\0';
	core_locks_refuse(locks, 0, NULL);
	core_locks_reset(locks);
}

void core_locks_reset(struct core_locks *locks)
{
	locks->zone_held = LOCK_NONE;
	locks->pcp_held = LOCK_NONE;
}

void core_locks_refuse(struct core_locks *locks, uint32_t every, void (*busy)(void *context))
{
	locks->trylock_fails_every = every;
	locks->nr_trylocks = 0;
	locks->busy = busy;
}

void core_locks_report_held(struct core_locks *locks, const char *where)
{
	uint32_t held = locks->zone_held != LOCK_NONE ? locks->zone_held : locks->pcp_held;
	char name[NAME_MAX_BYTES];

	core_locks_reset(locks);
	report(locks, "%s is still held %s", name_lock(locks, held, name), where);
}
