# Types a line and a tab at the prompt of a shell, by a terminal, and prints the line as it is then:
# zsh -f type.zsh bash|zsh SCRIPT DIRECTORY LINE
zmodload zsh/zpty
typed=$3/../typed
rm -f $typed
case $1 in
    bash)
        zpty shell 'PS1= TERM=dumb exec bash --norc --noprofile -i'
        setup="[ ! -f /usr/share/bash-completion/bash_completion ] || . /usr/share/bash-completion/bash_completion
source $2
bind -x '\"\C-t\": printf %s\\\\n \"\$READLINE_LINE\" >$typed; exit'"
        ;;
    zsh)
        zpty shell 'PS1= TERM=dumb exec zsh -f -i'
        setup="autoload -Uz compinit
compinit -u -D
source $2
tell() { print -r -- \"\$BUFFER\" >$typed; kill -KILL \$\$ }
zle -N tell
bindkey '^T' tell"
        ;;
esac
zpty -w shell "$setup
cd $3
echo rea''dy"
zpty -r shell seen '*ready*'
zpty -w -n shell "$4"$'\t\C-t'
while zpty -r shell seen; do :; done
print -r -- "$(<$typed)"
