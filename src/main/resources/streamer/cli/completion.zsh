#compdef streamer
# Completion of streamer in zsh: streamer completion zsh

_streamer_command() {
    local -a own
    own=(completion probe)
    (( CURRENT > 2 )) || _describe -t commands 'word of streamer' own
    _command_names -e
    _files
}

_streamer_arguments() {
    local -a flags
    flags=(
@probe@
    )
    if [[ $words[1] == -- ]]; then
        shift words
        (( CURRENT-- ))
    elif [[ $words[1] == probe ]]; then
        _arguments -s -S $flags ':URL:_urls'
        return
    fi
    if [[ $words[1] == completion && CURRENT -eq 2 ]]; then
        _values shell @shells@
    else
        _normal
    fi
}

_streamer() {
    local curcontext=$curcontext
    local -a flags
    flags=(
@flags@
    )
    if [[ $words[CURRENT] == @* ]] && (( ! ${words[(I)--]} )); then
        compset -P @
        _files
        return
    fi
    _arguments -s -S -A '-*' $flags '(-)1:command:_streamer_command' '*::argument:_streamer_arguments'
}

if [[ $funcstack[1] == _streamer ]]; then # loaded by compinit
    _streamer "$@"
else
    compdef _streamer streamer
fi
