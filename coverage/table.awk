# SPDX-License-Identifier: MIT
# Reads coverage/floors, then an LCOV tracefile: prints the table by room, exits 1 below a floor.
# have: what is there of what floors need, joined by commas; a floor that lacks one is not held.
# label: the core alone was measured, in a way that has this name, in the table and in the floors.
# Lines and branches are counted by their own records, since raw captures lack the sums.
BEGIN { FS = "[:, ]" }

FNR == NR {
	if ($1 !~ /^#/ && NF >= 3)
		floors[++nr_floors] = $0
	next
}
/^SF:/ {
	path = substr($0, 4)
	sub("^" root, "", path)
	room = path
	sub("/.*", "", room)
	if (label != "")
		room = label
	rooms[room] = 1
}
/^DA:/ { count(path, room, "line", path SUBSEP $2, $3) }
/^FNDA:/ { count(path, room, "function", path SUBSEP $3, $2) }
/^BRDA:/ { count(path, room, "branch", path SUBSEP $2 SUBSEP $3 SUBSEP $4, $5 == "-" ? 0 : $5) }

function count(file, where, metric, key, hits) {
	if (!((metric, key) in seen)) {
		seen[metric, key] = 1
		total[where, metric]++
	}
	if (hits > 0 && !((metric, key) in reached)) {
		reached[metric, key] = 1
		hit[where, metric]++
	}
}
function percent(where, metric) {
	return total[where, metric] ? 100 * hit[where, metric] / total[where, metric] : 100
}
# Whether this call measures what the floor is about; one target's share of the corpus has none.
function concerns(where) {
	if (label == "")
		return where != "corpus"
	return label == "corpus" && where == "corpus"
}

# The first thing that the floor needs and that is not there, or nothing.
function lacks(needs,   nr, part, i) {
	nr = split(needs, part, ",")
	for (i = 1; i <= nr; i++)
		if (index("," have ",", "," part[i] ",") == 0)
			return part[i]
	return ""
}
function check_floor(line,   part, nr, what) {
	nr = split(line, part, " ")
	if (!concerns(part[1]))
		return
	what = part[1] ": " part[2] " " part[3] " %"
	if (nr > 3 && lacks(part[4]) != "") {
		print "floor not held, there is no " lacks(part[4]) ": " what
	} else if (!total[part[1], part[2]]) {
		printf "coverage: nothing measured of %s (%s)\n", part[1], part[2]
		status = 1
	} else if (percent(part[1], part[2]) < part[3]) {
		printf "coverage: %s: %.2f %% of %s, the floor is %s %%\n", part[1],
			percent(part[1], part[2]), part[2], part[3]
		status = 1
	}
}

END {
	nr = label == "" ? split("core oracle diff fuzz cli", order, " ") : split(label, order, " ")
	printf "%-8s %18s %18s %18s\n", label == "" ? "room" : "corpus", "lines", "functions",
		"branches"
	for (i = 1; i <= nr; i++) {
		room = order[i]
		if (!(room in rooms))
			continue
		printf "%-8s", room == "corpus" ? "all" : room
		for (j = 1; j <= 3; j++) {
			metric = j == 1 ? "line" : j == 2 ? "function" : "branch"
			printf " %6.2f%% of %7d", percent(room, metric), total[room, metric]
		}
		printf "\n"
	}
	for (i = 1; i <= nr_floors; i++)
		check_floor(floors[i])
	exit status
}
