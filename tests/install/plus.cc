/* SPDX-License-Identifier: MIT */
/* An outside program in C++: every header, and blocks that free themselves. */
#include <buddy/buddy.h>
#include <buddy/gfp.h>
#include <buddy/inspect.h>
#include <buddy/marks.h>
#include <buddy/version.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace
{

/* A block that goes back when its owner does. */
class block
{
      public:
	block(task &who, gfp_t gfp, uint32_t order)
	    : who_(who), order_(order), page_(alloc_pages(&who, gfp, order))
	{
		if (!page_)
			throw std::bad_alloc();
	}
	~block()
	{
		__free_pages(&who_, page_, order_);
	}
	block(const block &) = delete;
	block &operator=(const block &) = delete;
	pfn_t pfn() const
	{
		return page_to_pfn(who_.sys, page_);
	}

      private:
	task &who_;
	uint32_t order_;
	page *page_;
};

int64_t count_free_pages(const buddy_system &system)
{
	zone_info zone{};

	inspect_zone(&system, 0, &zone);
	return zone.nr_free_pages;
}

} // namespace

int main()
{
	buddy_config config = buddy_config_uml(0, 4096);
	const size_t size_bytes = buddy_image_size(&config);
	std::unique_ptr<void, decltype(&std::free)> image(std::aligned_alloc(64, size_bytes),
							  &std::free);
	buddy_system system{};
	task self{};
	int64_t before;

	if (buddy_boot(&system, &config, image.get(), size_bytes, 0, nullptr))
		return 2;
	self.sys = &system;
	before = count_free_pages(system);
	{
		block first(self, GFP_KERNEL, 8), second(self, GFP_KERNEL, 8);

		if (first.pfn() == second.pfn() || count_free_pages(system) != before - 512)
			return 1;
	}
	std::printf("libbuddy %s, %lld of %lld pages back\n", buddy_version(),
		    static_cast<long long>(count_free_pages(system)),
		    static_cast<long long>(before));
	return count_free_pages(system) != before || !gfp_is_legal(GFP_KERNEL) ||
	       std::strcmp(buddy_version(), BUDDY_VERSION) != 0;
}
