# SPDX-License-Identifier: MIT
# Completion of buddy(1) for bash. Commands and options are read from its help, so a new one is
# known here at once.

_buddy_words()
{
	buddy "$@" --help 2>/dev/null </dev/null |
		sed -nE 's/^ {2,}(-[a-z], )?(--[a-z-]+|[a-z][a-z-]*)([ =].*)?$/\2/p'
}

# Values of an option that has few.
_buddy_values()
{
	case $1 in
	--subject) echo core bitmap linux ;;
	--judge | --isolate) echo on off ;;
	--format) echo text json junit sarif ktap ;;
	--engine) echo libfuzzer afl ;;
	--profile) echo debian x86_64 uml ;;
	--target) echo safety diff codec replay shrink subject ;;
	esac
}

_buddy()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words

	if [[ $COMP_CWORD -eq 1 ]]; then
		words="$(_buddy_words) help --help --version"
	elif [[ $COMP_CWORD -eq 2 && $previous == help ]]; then
		words=$(_buddy_words)
	elif [[ $current == -* ]]; then
		words=$(_buddy_words "${COMP_WORDS[1]}" | grep '^-')
	else
		words=$(_buddy_values "$previous")
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o default -F _buddy buddy
