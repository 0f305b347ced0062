/* SPDX-License-Identifier: MIT */
#include "cli/verdict.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/replay_command.h"
#include "cli/style.h"

/* Page frames that a finding may name: its witness, and two answers. */
#define FRAMES_MAX (1 + 2 * (1 + TEXT_EVENT_PFNS))

/* ---- for people ---- */

static void print_stats(const struct session *session, const struct outcome *outcome)
{
	const struct lockstep_stats *stats = &outcome->stats;

	printf("  %llu ops (%llu did not fit), ", (unsigned long long)stats->nr_ops,
	       (unsigned long long)stats->nr_skipped);
	if (outcome->ops_per_s > 0)
		printf("%.0f ops/s, ", outcome->ops_per_s);
	printf("%llu of %llu allocations failed\n", (unsigned long long)stats->nr_failed_allocs,
	       (unsigned long long)stats->nr_allocs);
	if (session->options.judge)
		printf("  %llu pages in use at the peak, %llu fallbacks, %llu kswapd wakes\n",
		       (unsigned long long)stats->peak_pages,
		       (unsigned long long)stats->nr_fallbacks,
		       (unsigned long long)stats->nr_kswapd_wakes);
}

static void print_verdict(const char *path, enum style style, const char *word, const char *rest)
{
	printf("%s: %s%s%s%s\n", path, style_begin(style), word, style_end(), rest);
}

static void print_failure(const char *path, const struct finding *finding)
{
	char rest[sizeof(finding->signature) + 1];

	snprintf(rest, sizeof(rest), " %s", finding->signature);
	print_verdict(path, STYLE_BAD, "FAIL", rest);
	fputs(finding->text, stdout);
}

static void print_outcome(const struct session *session, const char *path,
			  const struct outcome *outcome)
{
	switch (outcome->verdict) {
	case RESULT_PASS:
		print_verdict(path, STYLE_GOOD, "PASS", "");
		if (!session->quiet)
			print_stats(session, outcome);
		fputs(outcome->state, stdout);
		break;
	case RESULT_FAIL:
		print_failure(path, &outcome->finding);
		break;
	case RESULT_INTERRUPTED:
		print_verdict(path, STYLE_OTHER, outcome->message, "");
		break;
	case RESULT_STOPPED:
	case RESULT_ERROR:
		break;
	}
}

/* ---- for programs ---- */

static size_t add_frame(uint32_t *frames, size_t nr, pfn_t pfn)
{
	for (size_t i = 0; i < nr; i++)
		if (frames[i] == pfn)
			return nr;
	if (pfn == PFN_NONE)
		return nr;
	frames[nr] = pfn;
	return nr + 1;
}

static size_t frames_of(const struct finding *finding, uint32_t frames[FRAMES_MAX])
{
	size_t nr = add_frame(frames, 0, finding->verdict.pfn);

	if (finding->cause != CAUSE_ANSWER)
		return nr;
	for (size_t i = 0; i < 2; i++) {
		const struct finding_answer *answer = &finding->answers[i];

		nr = add_frame(frames, nr, answer->event.pfn);
		for (uint32_t p = 0; p < answer->event.nr_pfns && p < TEXT_EVENT_PFNS; p++)
			nr = add_frame(frames, nr, answer->pfns[p]);
	}
	return nr;
}

static void add_failure(struct verdicts *verdicts, const struct outcome *outcome,
			struct result *result)
{
	const struct session *session = verdicts->session;
	const struct finding *finding = &outcome->finding;
	char sentence[FINDING_TEXT_MAX], replay[REPLAY_COMMAND_MAX];
	uint32_t frames[FRAMES_MAX];
	struct result_finding told = {
		.signature = finding->signature,
		.sentence = sentence,
		.subject = session->subjects[finding->subject]->name,
		.operation = outcome->operation,
		.operation_index = finding->op_index,
		.line = outcome->line,
		.frames = frames,
		.nr_frames = frames_of(finding, frames),
		.replay = replay,
		.report = finding->text,
	};

	snprintf(sentence, sizeof(sentence), "%.*s", (int)strcspn(finding->text, "\n"),
		 finding->text);
	replay_command(session, result->path, replay, sizeof(replay));
	result->finding = &told;
	results_add(verdicts->results, result);
	result->finding = NULL;
}

static void add_result(struct verdicts *verdicts, const char *path, const struct outcome *outcome)
{
	struct result result = {
		.path = path,
		.verdict = outcome->verdict,
		.message = outcome->message[0] ? outcome->message : NULL,
		.nr_ops = outcome->stats.nr_ops,
		.nr_skipped = outcome->stats.nr_skipped,
	};

	if (outcome->verdict == RESULT_FAIL)
		add_failure(verdicts, outcome, &result);
	else
		results_add(verdicts->results, &result);
}

/* ---- all of them ---- */

bool verdicts_begin(struct verdicts *verdicts, const struct session *session)
{
	*verdicts = (struct verdicts){ .session = session, .status = EXIT_CLEAN };
	if (session->format == RESULTS_TEXT)
		return true;
	verdicts->results = results_begin(session->format, session->command, stdout);
	return verdicts->results;
}

/* What could not be read, its name in front where it is not there yet. */
static void complain(const struct session *session, const char *path, const char *message)
{
	size_t length = strlen(path);
	bool named = !strncmp(message, path, length) && message[length] == ':';

	fprintf(stderr, "buddy %s: %s%s%s\n", session->command, named ? "" : path,
		named ? "" : ": ", message);
}

void verdicts_add(struct verdicts *verdicts, const char *path, const struct outcome *outcome)
{
	verdicts->nr_judged += outcome->verdict == RESULT_PASS || outcome->verdict == RESULT_FAIL;
	verdicts->nr_ops += outcome->stats.nr_ops;
	if (outcome->verdict == RESULT_ERROR)
		complain(verdicts->session, path, outcome->message);
	if (verdicts->results)
		add_result(verdicts, path, outcome);
	else
		print_outcome(verdicts->session, path, outcome);
	/* A finding outranks a file that could not be read. */
	if (outcome->verdict == RESULT_FAIL)
		verdicts->status = EXIT_FINDINGS;
	else if (outcome->verdict == RESULT_ERROR && verdicts->status == EXIT_CLEAN)
		verdicts->status = EXIT_BAD_USAGE;
}

int verdicts_end(struct verdicts *verdicts)
{
	const struct session *session = verdicts->session;

	if (interrupt_wanted)
		fprintf(stderr, "buddy %s: interrupted: %zu of %zu programs judged, %llu ops\n",
			session->command, verdicts->nr_judged, session->files.nr,
			(unsigned long long)verdicts->nr_ops);
	if (!results_end(verdicts->results, interrupt_wanted)) {
		fprintf(stderr, "buddy %s: the results cannot be written\n", session->command);
		if (verdicts->status == EXIT_CLEAN)
			verdicts->status = EXIT_BAD_USAGE;
	}
	return interrupt_status(verdicts->status);
}
