# Completion of streamer in fish: streamer completion fish

# Writes the words of the command, each on a line; status 1 if it has not begun.
function __streamer_command
    set -l words (commandline -opc) (commandline -ct)
    set -l last (count $words)
    set -l i 2
    while test $i -lt $last
        switch $words[$i]
            case --
                set i (math $i + 1)
                break
            case @values@
                set i (math $i + 2)
            case '-*' '@*'
                # Short flags in one word: the last may have a value.
                string match -qr -- '^-[a-zA-Z]*[@shorts@]$' $words[$i]; and set i (math $i + 1)
                set i (math $i + 1)
            case '*'
                break
        end
    end
    test $i -le $last; or return 1
    if test $i -eq $last; and string match -qr -- '^[-@]' $words[$i]
        test $words[(math $i - 1)] = --; or return 1
    end
    printf '%s\n' $words[$i..]
end

function __streamer_complete_command
    set -l words (__streamer_command); or return
    __streamer_is_probe; and return
    if test "$words[1]" = completion; and test (count (commandline -opc)) -eq 2; and test (count $words) -eq 2
        string split ' ' '@shells@'
        return
    end
    # The words before the one at the cursor are whole: they are quoted again.
    set -l word $words[-1]
    set -e words[-1]
    complete -C (string join ' ' -- (string escape -- $words) $word)
end

function __streamer_is_probe
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = probe
end

function __streamer_has_command
    __streamer_command >/dev/null
end

complete -c streamer -f
complete -c streamer -n __streamer_has_command -k -x -a '(__streamer_complete_command)'
complete -c streamer -n 'test (count (commandline -opc)) -eq 1' -a completion -d 'A script that completes in a shell'
complete -c streamer -n 'test (count (commandline -opc)) -eq 1' -a probe -d 'Finds what holds a stream on its way'
@probe@
complete -c streamer -n 'string match -q -- "@*" (commandline -ct); and not __streamer_has_command' \
    -x -a '@(__fish_complete_path (string sub -s 2 -- (commandline -ct)))'
@flags@
