# Completion of streamer in bash: streamer completion bash

# What is completed behind a flag: words to choose from, or the name of an action in parentheses; status 1 if the flag
# has no value, 2 if it need not have one.
_streamer_value() {
    case $1 in
@cases@
        *) return 1 ;;
    esac
}

_streamer() {
    local words=() starts=() line=${COMP_LINE:0:COMP_POINT} word i j
    # bash has split words at = and : too; put together again, with where each begins.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -eq 0 || $line == [[:blank:]]* || ${COMP_WORDS[i - 1]-} == "" ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            words+=("$word")
            starts+=("$i")
        else
            words[${#words[@]} - 1]+=$word
        fi
        line=${line#"$word"}
    done

    local current=${words[${#words[@]} - 1]} flag='' value=''
    COMPREPLY=()
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        if [[ -n $flag ]]; then # this is its value
            flag=
            continue
        fi
        case $word in
            --)
                _streamer_command "${starts[i + 1]}"
                return
                ;;
            --*=*) ;;
            --*) value=$(_streamer_value "$word") && flag=$word ;;
            -?*) # short flags in one word, and the value of the last
                for ((j = 1; j < ${#word}; j++)); do
                    value=$(_streamer_value "-${word:j:1}") || continue
                    [[ $j -lt $((${#word} - 1)) ]] || flag=-${word:j:1}
                    break
                done
                ;;
            @*) ;;
            *)
                case $i$word in
                    1completion) [[ ${#words[@]} -ne 3 ]] || _streamer_complete "@shells@" "$current" '' ;;
                    1probe) [[ $current != -* ]] || _streamer_complete "@probe@" "$current" '' ;;
                    *) _streamer_command "${starts[i]}" ;;
                esac
                return
                ;;
        esac
    done

    if [[ -n $flag ]]; then
        _streamer_complete "$value" "$current" ''
        return
    fi
    case $current in
        --*=*)
            flag=${current%%=*}
            value=$(_streamer_value "$flag")
            [[ $? -eq 1 ]] || _streamer_complete "$value" "${current#*=}" "$flag="
            ;;
        -*) _streamer_complete "@flags@" "$current" '' ;;
        @*) _streamer_complete '(files)' "${current#@}" @ ;;
        *)
            _streamer_command "$COMP_CWORD"
            [[ ${#words[@]} -gt 2 || -z $current ]] || _streamer_reply < <(compgen -W 'completion probe' -- "$current")
            ;;
    esac
}

# Completes a value by what belongs there, what there is of it, and what stands before it in the same word.
_streamer_complete() {
    local before=$3
    [[ -z $before || $COMP_WORDBREAKS != *"${before: -1}"* ]] || before= # bash keeps it itself
    case $1 in
        '(files)' | '(directories)')
            [[ -n $before ]] || compopt -o filenames 2>/dev/null
            local kind=-f
            [[ $1 == '(files)' ]] || kind=-d
            _streamer_reply < <(compgen "$kind" -P "$before" -- "$2")
            ;;
        *) _streamer_reply < <(compgen -P "$before" -W "$1" -- "$2") ;;
    esac
}

_streamer_reply() {
    local word
    while IFS='' read -r word; do
        COMPREPLY+=("$word")
    done
}

# Completes the command and its arguments, which begin at this word, by its own completion where bash-completion has it.
_streamer_command() {
    local kind=-f
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        [[ $1 -lt $COMP_CWORD || ${COMP_WORDS[COMP_CWORD]} == */* ]] || kind=-c
        compopt -o filenames 2>/dev/null
        _streamer_reply < <(compgen "$kind" -- "${COMP_WORDS[COMP_CWORD]}")
    fi
}

complete -F _streamer streamer
