# SPDX-License-Identifier: MIT
# Completion of buddy(1) for fish. Commands and options are read from its help, so a new one is
# known here at once.

# Words that begin a line of a help text behind blanks, and what stands behind them.
function __buddy_words
	buddy $argv --help 2>/dev/null </dev/null |
		string replace -rf '^ {2,}(?:-[a-z], )?(--[a-z-]+|[a-z][a-z-]*)(?:[ =][A-Z|a-z]*)? *(.*)$' \
			'$1\t$2'
end

function __buddy_candidates
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l previous $words[-1]

	if test (count $words) -eq 1
		__buddy_words | string match -rv '^-'
		printf '%s\n' help --help --version
	else if test (count $words) -eq 2 -a "$previous" = help
		__buddy_words | string match -rv '^-'
	else if string match -q -- '-*' $current
		__buddy_words $words[2] | string match -r '^-.*'
	else
		switch $previous
			case --subject
				printf '%s\n' core bitmap linux
			case --judge --isolate
				printf '%s\n' on off
			case --format
				printf '%s\n' text json junit sarif ktap
			case --engine
				printf '%s\n' libfuzzer afl
			case --profile
				printf '%s\n' debian x86_64 uml
			case --target
				printf '%s\n' safety diff codec replay shrink subject
		end
	end
end

function __buddy_wants_no_file
	set -l words (commandline -opc)

	test (count $words) -eq 1 -o "$words[-1]" = help; and return
	contains -- "$words[-1]" --judge --isolate --format --engine --profile --target
end

complete -c buddy -a '(__buddy_candidates)'
complete -c buddy -f -n __buddy_wants_no_file
