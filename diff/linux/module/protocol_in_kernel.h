/* SPDX-License-Identifier: GPL-2.0-only */
/* The protocol, whose field pageblock_order is a macro in the kernel. */
#pragma once

#include <linux/mmzone.h>

#pragma push_macro("pageblock_order")
#undef pageblock_order
#include "diff/linux/protocol.h"
#pragma pop_macro("pageblock_order")
