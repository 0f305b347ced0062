// SPDX-License-Identifier: GPL-2.0-only
/*
 * buddy_recorder: puts a stream of requests to the page allocator of a running kernel and writes
 * down every answer, in the format of corpus/linux/README.md. Two files:
 *
 *   /proc/buddy_stream     write the stream, O_TRUNC begins anew
 *   /proc/buddy_recording  opening it runs the stream, reading it gives the recording
 *
 * One process uses them, one stream at a time.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "kernel.h"
#include "recorder.h"

#define STREAM_BYTES ((size_t)RECORDER_MAX_OPS * 32)

struct recorder recorder;

module_param_named(node, recorder.node, int, 0);
MODULE_PARM_DESC(node, "the node whose zones are recorded");
module_param_named(cpu, recorder.cpu, uint, 0);
MODULE_PARM_DESC(cpu, "the CPU on which streams start");

static int open_stream(struct inode *inode, struct file *file)
{
	if (file->f_flags & O_TRUNC)
		recorder.stream_size = 0;
	return 0;
}

static ssize_t write_stream(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	if (size > STREAM_BYTES - recorder.stream_size)
		return -ENOSPC;
	if (copy_from_user(recorder.stream + recorder.stream_size, from, size))
		return -EFAULT;
	recorder.stream_size += size;
	return (ssize_t)size;
}

static int open_recording(struct inode *inode, struct file *file)
{
	int error = recorder_parse();

	return error ? error : recorder_run();
}

static ssize_t read_recording(struct file *file, char __user *to, size_t size, loff_t *at)
{
	return simple_read_from_buffer(to, size, at, recorder.text, recorder.text_size);
}

static const struct proc_ops stream_ops = { .proc_open = open_stream, .proc_write = write_stream };
static const struct proc_ops recording_ops = { .proc_open = open_recording,
					       .proc_read = read_recording };

/* On another node than the recorded one, if there is another. */
static void *take(size_t size)
{
	int node = first_online_node;

	if (node == recorder.node)
		node = next_online_node(node);
	return vzalloc_node(size, node < MAX_NUMNODES ? node : NUMA_NO_NODE);
}

static void give_up_memory(void)
{
	vfree(recorder.ops);
	vfree(recorder.handles);
	vfree(recorder.gone);
	vfree(recorder.bulk);
	vfree(recorder.bulk_pfns);
	vfree(recorder.stream);
	vfree(recorder.text);
}

static bool take_memory(void)
{
	recorder.ops = take(RECORDER_MAX_OPS * sizeof(*recorder.ops));
	recorder.handles = take(RECORDER_MAX_HANDLES * sizeof(*recorder.handles));
	recorder.gone = take(RECORDER_MAX_SPLITS * sizeof(*recorder.gone));
	recorder.bulk = take(RECORDER_MAX_BULK * sizeof(*recorder.bulk));
	recorder.bulk_pfns = take(RECORDER_MAX_BULK_PAGES * sizeof(*recorder.bulk_pfns));
	recorder.stream = take(STREAM_BYTES + 1);
	recorder.text = take(RECORDER_TEXT_BYTES);
	return recorder.ops && recorder.handles && recorder.gone && recorder.bulk &&
	       recorder.bulk_pfns && recorder.stream && recorder.text;
}

static void remove_files(void)
{
	remove_proc_subtree("buddy_stream", NULL);
	remove_proc_subtree("buddy_recording", NULL);
}

static int make_files(void)
{
	if (proc_create("buddy_stream", 0600, NULL, &stream_ops) &&
	    proc_create("buddy_recording", 0400, NULL, &recording_ops))
		return 0;
	remove_files();
	return -ENOMEM;
}

static bool check_parameters(void)
{
	if (recorder.node < 0 || recorder.node >= MAX_NUMNODES || !node_online(recorder.node)) {
		pr_err("buddy_recorder: node=%d is not online\n", recorder.node);
		return false;
	}
	if (recorder.cpu >= nr_cpu_ids || !cpu_online(recorder.cpu)) {
		pr_err("buddy_recorder: cpu=%u is not online\n", recorder.cpu);
		return false;
	}
	return true;
}

static int __init buddy_recorder_init(void)
{
	int error = check_parameters() ? kernel_find() : -EINVAL;

	if (error)
		return error;
	error = take_memory() ? kernel_fence_install() : -ENOMEM;
	if (!error) {
		error = make_files();
		if (error)
			kernel_fence_remove();
	}
	if (error)
		give_up_memory();
	return error;
}

static void __exit buddy_recorder_exit(void)
{
	remove_files();
	kernel_fence_remove();
	give_up_memory();
}

module_init(buddy_recorder_init);
module_exit(buddy_recorder_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Records what the page allocator answers to a stream of requests");
