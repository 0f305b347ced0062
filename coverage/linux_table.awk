# SPDX-License-Identifier: MIT
# Reads coverage/linux_reasons, then an LCOV tracefile of the kernel, and prints figures by file: of
# all code, of what can run in the lab, of what the operations of the language reach; then the
# functions with most unreached lines.
# To which function a line belongs is read in the source: what gcc always inlines has no record.
BEGIN { FS = "[:,]" }

FNR == NR {
	if (split($0, word, " ") == 3 && word[1] !~ /^#/)
		reasons[word[1], word[2]] = word[3]
	next
}
/^SF:/ {
	file = substr($0, 4)
	if (!(file in read))
		read_source(file)
	read[file] = 1
	sub("^" source, "", file)
	files[file] = 1
}
/^FN:/ { add(file, $3, "function", 0) }
/^FNDA:/ && $2 > 0 { hit[file, $3, "function"] = 1 }
/^DA:/ { add(file, owner[file, $2], "line", $3) }
/^BRDA:/ { add(file, owner[file, $2], "branch", $5 == "-" ? 0 : $5) }

# A function begins on the last line at the margin with a parenthesis before a brace at the margin.
function read_source(path,	short, line, nr, head, name, at) {
	short = path
	sub("^" source, "", short)
	while ((getline line < path) > 0) {
		owner[short, ++nr] = name
		if (line ~ /^[A-Za-z_].*\(/ && line !~ /;[ \t]*$/) {
			head = line
			at = nr
		}
		if (line !~ /^[{]/ && line !~ /^[A-Za-z_].*\).*[{]/)
			continue
		name = function_name(head)
		for (; at < nr; at++)
			owner[short, at] = name
		owner[short, nr] = name
	}
	close(path)
	if (!nr)
		fail(path " cannot be read: the tracefile needs the source it was made from")
}
function function_name(head) {
	sub(/\(.*/, "", head)
	sub(/.*[ *\t]/, "", head)
	return head
}
function fail(what) {
	print "linux_table: " what > "/dev/stderr"
	failed = 1
	exit 2
}
function add(file, name, metric, hits) {
	if (name == "")
		name = "?"
	functions[file, name] = 1
	all[file, name, metric]++
	hit[file, name, metric] += hits > 0
}

# Why no program reaches all of the function, or nothing.
function reason_of(file, name,	reason) {
	if ((file, name) in reasons)
		reason = reasons[file, name]
	else if ((file, "*") in reasons)
		reason = reasons[file, "*"]
	return reason == "ours" ? "" : reason
}
function count(set, file, key,	i, metric) {
	for (i = 1; i <= 3; i++) {
		metric = metrics[i]
		nr_all[set, file, metric] += all[key, metric]
		nr_hit[set, file, metric] += hit[key, metric]
	}
}
function cell(of, reached) {
	return of ? sprintf(" %6.2f%% of %6d", 100 * reached / of, of) : sprintf(" %17s", "none")
}
function print_row(set, file,	i, metric, row) {
	row = sprintf("%-20s", file)
	for (i = 1; i <= 3; i++) {
		metric = metrics[i]
		row = row cell(nr_all[set, file, metric], nr_hit[set, file, metric])
		nr_all[set, "together", metric] += nr_all[set, file, metric]
		nr_hit[set, "together", metric] += nr_hit[set, file, metric]
	}
	print row
}
function print_table(set, title,	i) {
	printf "%-20s %17s %17s %17s\n", title, "lines", "functions", "branches"
	for (i = 1; i <= nr_files; i++)
		print_row(set, names[i])
	print_row(set, "together")
}
function sort_files(	file, i) {
	for (file in files) {
		for (i = nr_files++; i && names[i] > file; i--)
			names[i + 1] = names[i]
		names[i + 1] = file
	}
}
# "entered", or why it was not.
function why(key,	part, reason) {
	split(key, part, SUBSEP)
	reason = reason_of(part[1], part[2])
	if (hit[key, "line"] || hit[key, "function"])
		return "entered"
	return reason == "" ? "unknown" : reason
}
# What was entered counts everywhere.
function sum(key,	part, reason) {
	split(key, part, SUBSEP)
	reason = why(key)
	count("all", part[1], key)
	if (reason ~ /^op:/ || reason == "entered" || reason == "unknown")
		count("lab", part[1], key)
	if (reason == "entered" || reason == "unknown")
		count("language", part[1], key)
}
function print_reasons(	key, left, reason) {
	print "\nunreached lines by reason:"
	for (key in functions)
		left[why(key)] += all[key, "line"] - hit[key, "line"]
	fflush()
	for (reason in left)
		if (left[reason])
			printf "%5d  %s\n", left[reason], reason | sorter
	close(sorter)
}
function print_largest(title, entered,	key, part, left, largest) {
	print title
	largest = sorter " | head -n " top
	fflush()
	for (key in functions) {
		split(key, part, SUBSEP)
		left = all[key, "line"] - hit[key, "line"]
		if (left && (!entered || why(key) == "entered"))
			printf "%5d of %4d  %-20s %-34s %s\n", left, all[key, "line"], part[1],
				part[2], why(key) | largest
	}
	close(largest)
}
function tell(key, what,	part) {
	split(key, part, SUBSEP)
	print "linux_reasons: " part[1] " " part[2] ": " what > "/dev/stderr"
}
# A line of the list that says something untrue would flatter the figures.
function check_reasons(	key, part, wrong) {
	for (key in reasons) {
		split(key, part, SUBSEP)
		if (part[2] == "*")
			wrong = (part[1] in files) ? "" : "there is no such file"
		else if (!(key in functions))
			wrong = "there is no such function"
		else if (reasons[key] != "ours" && why(key) == "entered")
			wrong = "it was reached, take it off the list"
		else
			wrong = ""
		if (wrong != "")
			tell(key, wrong)
	}
	for (key in functions)
		if (why(key) == "unknown")
			tell(key, "no program enters it, add why")
}

END {
	if (failed)
		exit 2
	split("line function branch", metrics, " ")
	sorter = "LC_ALL=C sort -k1,1nr -k2"
	sort_files()
	if (!nr_files)
		fail("the tracefile holds no file")
	for (key in functions)
		sum(key)
	print_table("all", "all code")
	print ""
	print_table("lab", "what the lab can run")
	print ""
	print_table("language", "what our ops can")
	print_reasons()
	print_largest("\nmost unreached lines, of all, and why:", 0)
	print_largest("\nmost unreached lines in functions that were entered:", 1)
	check_reasons()
}
