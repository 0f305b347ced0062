/* SPDX-License-Identifier: MIT */
/* An outside program under the installed judge: every rule holds; then a page is spoilt, and one
 * does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddy/buddy.h>
#include <buddyfuzz/judge.h>

static struct buddy_system sys;
static struct task self = { .sys = &sys };

/* NULL: nothing is wrong. */
static const char *allocate_and_free(struct buddy_judge *judge)
{
	struct page *page = NULL;
	const char *broken = NULL;

	if (buddy_judge_op(judge, "r0 = alloc_pages order=3 gfp=GFP_KERNEL")) {
		page = alloc_pages(&self, GFP_KERNEL, 3);
		broken = buddy_judge_page(judge, page);
	}
	if (!broken && page && buddy_judge_op(judge, "free_pages r0")) {
		__free_pages(&self, page, 3);
		broken = buddy_judge_result(judge, page_ref_count(page));
	}
	return broken ? broken : buddy_judge_walk(judge);
}

int main(void)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	void *image = aligned_alloc(64, buddy_image_size(&config));
	struct buddy_judge *judge;
	const char *broken;

	if (!image || buddy_boot(&sys, &config, image, buddy_image_size(&config), 0, NULL))
		return 2;
	judge = buddy_judge_create(&config, &sys, 1);
	if (!judge)
		return 2;
	broken = allocate_and_free(judge);
	if (broken) {
		puts(broken);
		return 1;
	}
	/* The description of the first page, which heads a free block of the image. */
	memset(pfn_to_page(&sys, 1024), 0xa5, 16);
	broken = buddy_judge_walk(judge);
	printf("forged: %s: %s\n", broken ? buddy_judge_rule(judge) : "not seen",
	       broken ? broken : "");
	if (!broken || strcmp(buddy_judge_rule(judge), "free_list_integrity") != 0)
		return 1;
	buddy_judge_free(judge);
	free(image);
	return 0;
}
